// Keeps a form as it is typed: some seconds after the last change the whole form is posted to its own address with
// "autosave", which keeps it and shows nothing. Pressing a button does the same without script.

const WAIT = 3000;

export function start(form) {
  const words = form.querySelector("[data-autosave-words]");
  let timer = 0;
  let changed = 0;
  let kept = 0;

  const say = (text) => {
    if (!words) return;
    words.hidden = false;
    words.textContent = text;
  };

  // Who was signed out goes on in this tab after signing in in another one; the forms of before are void then, so a fresh token is fetched.
  const signIn = () => {
    say("Not kept: you were signed out. Leave this tab open, ");
    const link = document.createElement("a");
    link.href = "/sign-in";
    link.target = "_blank";
    link.rel = "noreferrer";
    link.className = "govuk-link";
    link.textContent = "sign in in another tab";
    words?.append(link, ", and go on here: it is tried again.");
  };

  const freshToken = async () => {
    const answer = await fetch(window.location.pathname, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = answer.ok && page.querySelector("form input[name=csrf_token]");
    if (!fresh) throw new Error(String(answer.status));
    for (const token of document.querySelectorAll("input[name=csrf_token]")) token.value = fresh.value;
  };

  const post = () => {
    const body = new FormData(form);
    body.set("autosave", "yes");
    return fetch(form.action || window.location.pathname, { method: "POST", body, redirect: "error" });
  };

  const keep = async () => {
    timer = 0;
    const sending = changed;
    try {
      let answer = await post();
      if (answer.status === 403) {
        await freshToken();
        answer = await post();
      }
      if (answer.status === 401) {
        signIn();
        if (!timer) timer = window.setTimeout(keep, 5 * WAIT);
        return;
      }
      // A form with a version is kept on top of what its writer saw. A colleague's change is shown by the button, beside the words.
      if (answer.status === 409) {
        say("Not kept: a colleague has changed this meanwhile. Press a button to see both.");
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const version = form.querySelector("input[name=version]");
      if (version) version.value = String((await answer.json()).version);
      kept = sending;
      say(`Kept at ${new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}.`);
    } catch {
      say("Not kept yet: the connection failed. Press a button to save, or go on typing and it is tried again.");
      if (!timer) timer = window.setTimeout(keep, 5 * WAIT);
    }
  };

  const note = () => {
    changed += 1;
    window.clearTimeout(timer);
    timer = window.setTimeout(keep, WAIT);
  };

  form.addEventListener("input", note);
  form.addEventListener("change", note);
  form.addEventListener("submit", () => {
    window.clearTimeout(timer);
    kept = changed;
  });
  window.addEventListener("beforeunload", (event) => {
    if (kept < changed) event.preventDefault();
  });
}
