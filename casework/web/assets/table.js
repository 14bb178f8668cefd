// The table: screens that follow a sitting, and the one form of a case, which is kept as it is typed.
//
// Everybody's screen asks for the marks of the round every second. Who follows goes along from case to case; who writes is shown what
// others have written, box by box. Two people in the same box see both texts and choose; nothing is overwritten unseen.

import { addRow } from "./grow.js";
import { freshToken, tellSignedOut } from "./signed_in.js";
import { fetched, refresh, replaceMain } from "./swap.js";

const EVERY = 1000;
const SETTLE = 700;
const AGAIN = 3000;
// A screen that nobody has touched for so long stops asking, so that its session can end as it should.
const UNTOUCHED = 30 * 60 * 1000;
const NOT_KEPT = /^(csrf_token|version|go|withdraw|owner|what|by|because|words|crimes-count)$/;

export function start(root) {
  const form = root.querySelector("form#table-form");
  const told = root.querySelector("[data-table-told]");
  const writer = form ? new Writer(form, root) : null;
  let mark = root.dataset.mark;
  let touched = Date.now();
  for (const kind of ["keydown", "pointerdown", "pointermove", "scroll"]) {
    document.addEventListener(kind, () => { touched = Date.now(); }, { passive: true });
  }

  const changed = async (said) => {
    const { listing, follow } = root.dataset;
    if (follow === "yes" && said.now !== listing) {
      window.location.reload();
      return;
    }
    const now = listing ? said.marks[listing] : said.mark;
    if (now === mark) return;
    mark = now;
    if (writer) {
      if (await writer.behind(now)) return;
    }
    const { answer, page } = await fetched(window.location.href);
    if (!answer.ok) {
      // Not open to this reader any more: nothing of it stays on the screen.
      if (answer.status === 404 || answer.status === 403) window.location.reload();
      return;
    }
    refresh(page);
    if (told && !writer) told.textContent = "This page has changed.";
  };

  const ask = async () => {
    if (!root.isConnected || Date.now() - touched > UNTOUCHED) return;
    try {
      if (!document.hidden) {
        const answer = await fetch(root.dataset.now, { headers: { Accept: "application/json" }, credentials: "same-origin" });
        if (answer.status === 401) {
          if (!writer?.holds()) {
            window.location.reload();
            return;
          }
          writer.signedOut();
          window.setTimeout(ask, AGAIN);
          return;
        }
        if (answer.status === 404 || answer.status === 403) {
          window.location.reload();
          return;
        }
        if (answer.ok) await changed(await answer.json());
      }
    } catch {
      // The line is down: the next try tells.
    }
    window.setTimeout(ask, EVERY);
  };
  window.setTimeout(ask, EVERY);
}

class Writer {
  constructor(form, root) {
    this.form = form;
    this.root = root;
    this.kept = form.querySelector("[data-table-kept]");
    this.version = form.querySelector("input[name=version]");
    this.base = this.values();
    this.theirs = new Map();
    this.timer = 0;
    this.sending = null;
    form.addEventListener("input", (event) => this.typed(event));
    form.addEventListener("change", (event) => this.typed(event));
    form.addEventListener("submit", (event) => this.submit(event));
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && form.contains(document.activeElement)) document.activeElement.blur();
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.root.isConnected && !this.leaving && this.dirty().length) event.preventDefault();
    });
  }

  boxes() {
    return [...this.form.elements].filter((box) => box.name && !NOT_KEPT.test(box.name) && box.type !== "submit");
  }

  values() {
    return Object.fromEntries(this.boxes().map((box) => [box.name, box.value]));
  }

  dirty() {
    return this.boxes().filter((box) => box.value !== (this.base[box.name] ?? ""));
  }

  // Whether something stands on this screen and nowhere else.
  holds() {
    return this.dirty().length > 0 || this.form.elements.what.value.trim() !== "";
  }

  signedOut() {
    tellSignedOut(this.kept);
    this.soon(AGAIN);
  }

  say(words) {
    if (this.kept) this.kept.textContent = words;
  }

  typed(event) {
    if (!event.target.name || NOT_KEPT.test(event.target.name)) return;
    this.soon(SETTLE);
  }

  // Counted from the first change that is not kept, not from the last: who types without a pause is followed, too.
  soon(wait) {
    if (!this.timer) this.timer = window.setTimeout(() => this.keep(), wait);
  }

  body() {
    const body = new FormData(this.form);
    for (const name of ["owner", "what", "by", "because", "words"]) body.delete(name);
    // Where two have written, what is on record stays until one of them has chosen.
    for (const [name, theirs] of this.theirs) body.set(name, theirs);
    body.set("autosave", "yes");
    return body;
  }

  async keep() {
    window.clearTimeout(this.timer);
    this.timer = 0;
    while (this.sending) await this.sending;
    if (!this.root.isConnected || !this.dirty().some((box) => !this.theirs.has(box.name))) return;
    this.sending = this.send().finally(() => { this.sending = null; });
    await this.sending;
  }

  post() {
    return fetch(this.form.action, {
      method: "POST", body: this.body(), credentials: "same-origin", headers: { Accept: "application/json" },
    });
  }

  async send() {
    const sent = this.values();
    try {
      let answer = await this.post();
      if (answer.status === 403) {
        await freshToken();
        answer = await this.post();
      }
      if (answer.status === 401) {
        this.signedOut();
        return;
      }
      const said = await answer.json();
      if (answer.ok) {
        this.version.value = String(said.version);
        for (const [name, value] of Object.entries(sent)) if (!this.theirs.has(name)) this.base[name] = value;
        this.say(`Kept at ${new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}`);
      } else if (answer.status === 409 && said.values && String(said.version) !== this.version.value) {
        this.reconcile(said);
        this.soon(0);
      } else {
        this.say(`Not kept: ${said.message ?? (said.details ?? []).join(" ")}`);
      }
    } catch {
      this.say("Not kept yet: the connection failed. It is tried again; go on typing.");
      this.soon(AGAIN);
    }
  }

  // Somebody else has saved. Says whether the page is left alone because this case is no longer open to writing.
  async behind(mark) {
    const [version, state] = mark.split("-");
    if (state !== "listed") {
      if (this.dirty().length) this.say("Somebody has finished this case. Copy what is not kept before you go on.");
      else window.location.reload();
      return true;
    }
    if (this.sending) await this.sending;
    if (Number(version) <= Number(this.version.value)) return false;
    const answer = await fetch(this.root.dataset.values, { credentials: "same-origin", headers: { Accept: "application/json" } });
    if (answer.ok) this.reconcile(await answer.json());
    return false;
  }

  reconcile({ version, values }) {
    this.version.value = String(version);
    for (const box of this.boxes()) {
      const theirs = (values[box.name] ?? [""])[0];
      if (theirs === box.value || theirs === (this.base[box.name] ?? "")) {
        if (theirs === box.value) this.base[box.name] = theirs;
      } else if (box.value === (this.base[box.name] ?? "")) {
        box.value = theirs;
        this.base[box.name] = theirs;
      } else {
        this.clash(box, theirs);
      }
    }
    // Rows that somebody else has added come with the page.
    const count = Number((values["crimes-count"] ?? ["0"])[0]);
    if (count > Number(this.form.elements["crimes-count"].value)) this.adopt(values, count);
  }

  adopt(values, count) {
    const rows = this.form.elements["crimes-count"];
    while (Number(rows.value) < count) addRow([...this.form.querySelectorAll("[data-grow-row]")].at(-1), "crimes", rows);
    for (const box of this.boxes()) {
      if (box.name.startsWith("crimes-") && !(box.name in this.base)) {
        box.value = (values[box.name] ?? [""])[0];
        this.base[box.name] = box.value;
      }
    }
  }

  clash(box, theirs) {
    const place = this.form.querySelector(`[data-clash="${box.name}"]`) ?? this.form.querySelector('[data-clash="crimes"]');
    const shown = (text) => (box.tagName === "SELECT" ? ([...box.options].find((one) => one.value === text)?.text ?? text) : text);
    this.theirs.set(box.name, theirs);
    place.hidden = false;
    place.setAttribute("role", "alert");
    place.replaceChildren();
    const words = document.createElement("p");
    words.textContent = theirs ? `Somebody else has written: “${shown(theirs)}”` : "Somebody else has emptied this.";
    place.append(words);
    const offer = (name, text) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "app-text-button";
      button.textContent = name;
      button.addEventListener("click", () => {
        this.theirs.delete(box.name);
        this.base[box.name] = theirs;
        box.value = text();
        place.hidden = true;
        place.replaceChildren();
        box.focus();
        this.keep();
      });
      place.append(button);
    };
    offer("Keep mine", () => box.value);
    offer("Take theirs", () => theirs);
    if (box.tagName === "TEXTAREA" && theirs) offer("Put both", () => `${theirs}\n${box.value}`);
  }

  async submit(event) {
    if (this.ready) {
      this.ready = false;
      return;
    }
    event.preventDefault();
    const button = event.submitter;
    window.clearTimeout(this.timer);
    this.timer = 0;
    while (this.sending) await this.sending;
    const quick = button?.name === "withdraw" || ((button?.value === "agree" || button?.value === "enter") && this.form.elements.what.value.trim());
    if (quick) {
      await this.quickly(button);
      return;
    }
    this.leaving = true;
    this.ready = true;
    // Not within the event: a form that is being sent cannot be sent again.
    window.setTimeout(() => this.form.requestSubmit(button ?? undefined), 0);
  }

  // An action is agreed or taken back without leaving the page, so that the next can be typed at once.
  async quickly(button) {
    const body = new FormData(this.form);
    for (const [name, theirs] of this.theirs) body.set(name, theirs);
    body.set(button.name, button.value);
    const sent = this.values();
    try {
      const { answer, page } = await fetched(this.form.action, { method: "POST", body });
      const fresh = page.querySelector("#table-form input[name=version]");
      if (!answer.ok || !fresh) {
        this.base = sent;
        replaceMain(page);
        return;
      }
      this.version.value = fresh.value;
      for (const [name, value] of Object.entries(sent)) if (!this.theirs.has(name)) this.base[name] = value;
      document.activeElement?.blur();
      refresh(page, { except: (element) => element.contains(this.form) });
      if (button.name !== "withdraw") this.form.elements.what.value = "";
      for (const group of this.form.querySelectorAll(".app-quick .govuk-form-group--error")) group.classList.remove("govuk-form-group--error");
      this.say(button.name === "withdraw" ? "The action is taken back" : "The action is agreed");
      (button.name === "withdraw" ? document.getElementById("actions") : this.form.elements.owner).focus();
    } catch {
      this.say("Not agreed yet: the connection failed. Press it again.");
      this.soon(AGAIN);
    }
  }
}
