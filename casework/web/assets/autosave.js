// Keeps a form as it is typed: some seconds after the first change that is not kept, the whole form is posted to its own address with
// "autosave", which keeps it and shows nothing; at once when the tab is hidden or closed. Pressing a button does the same without script.

import { freshToken, tellSignedOut } from "./signed_in.js";

const WAIT = 3000;
const AGAIN = 15000;
// More than this no browser sends for a page that is being closed.
const MOST_AT_THE_END = 60000;

export function start(form) {
  const words = form.querySelector("[data-autosave-words]");
  let timer = 0;
  let due = 0;
  let changed = 0;
  let kept = 0;
  let sending = null;

  const say = (text) => {
    if (!words) return;
    words.hidden = false;
    words.textContent = text;
  };

  // Counted from the first change: who types without a pause is kept as well. Who goes on typing does not wait for the next try.
  const soon = (wait) => {
    const at = Date.now() + wait;
    if (timer && due <= at) return;
    window.clearTimeout(timer);
    due = at;
    timer = window.setTimeout(keep, wait);
  };

  const body = () => {
    const found = new URLSearchParams(new FormData(form));
    found.set("autosave", "yes");
    return found;
  };

  const post = () => {
    const found = body();
    const keepalive = document.visibilityState === "hidden" && found.toString().length < MOST_AT_THE_END;
    return fetch(form.action || window.location.pathname, { method: "POST", body: found, redirect: "error", keepalive });
  };

  const send = async () => {
    const now = changed;
    try {
      let answer = await post();
      if (answer.status === 403) {
        await freshToken();
        answer = await post();
      }
      if (answer.status === 401) {
        tellSignedOut(words);
        soon(AGAIN);
        return;
      }
      // A form with a version is kept on top of what its writer saw. Another change is shown by the button, beside the words.
      if (answer.status === 409) {
        say("Not kept: this was changed elsewhere meanwhile. Press a button to see both.");
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const version = form.querySelector("input[name=version]");
      if (version) version.value = String((await answer.json()).version);
      kept = now;
      say(`Kept at ${new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}.`);
    } catch {
      say("Not kept yet: the connection failed. Press a button to save, or go on typing and it is tried again.");
      soon(AGAIN);
    }
  };

  // One at a time: a form with a version would otherwise take its own words for a colleague's.
  const keep = async () => {
    window.clearTimeout(timer);
    timer = 0;
    while (sending) await sending;
    if (kept >= changed) return;
    sending = send().finally(() => { sending = null; });
    await sending;
  };

  const note = () => {
    changed += 1;
    soon(WAIT);
  };

  form.addEventListener("input", note);
  form.addEventListener("change", note);
  form.addEventListener("submit", (event) => {
    window.clearTimeout(timer);
    timer = 0;
    kept = changed;
    if (!sending) return;
    // What is on its way comes first, so that the form is sent on top of it.
    event.preventDefault();
    const button = event.submitter;
    sending.then(() => window.setTimeout(() => form.requestSubmit(button ?? undefined), 0));
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && kept < changed && form.isConnected) keep();
  });
  window.addEventListener("beforeunload", (event) => {
    if (kept < changed) event.preventDefault();
  });
}
