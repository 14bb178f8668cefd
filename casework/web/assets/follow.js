// A screen that follows a case at the table: asks which version is the latest, and shows the page again when it has changed.
// While somebody types on this screen nothing is shown anew, so that no word is lost.
const EVERY = 1500;

export function start(element) {
  const { version, href } = element.dataset;
  let typed = false;
  element.addEventListener("input", () => {
    typed = true;
  });
  const ask = async () => {
    try {
      const answer = await fetch(href, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (answer.ok && String((await answer.json()).version) !== version && !typed) {
        window.location.reload();
        return;
      }
    } catch {
      // The line is down: the next try tells.
    }
    window.setTimeout(ask, EVERY);
  };
  window.setTimeout(ask, EVERY);
}
