// Keys that press what is on the page anyway: an element with data-key="a" is clicked (a field is entered) by that key.
// Never while somebody types, never with Ctrl, Alt or Meta, and only inside a region that says so (WCAG 2.1.4 asks that
// single keys can be turned off: the switch in the key hints does it, kept for this tab until it is closed). j and k go through the
// elements with data-step, where a page has a list of them.

const typing = (target) => target.closest("input:not([type=radio], [type=checkbox], [type=submit], [type=button]), textarea, select, [contenteditable]");

const OFF = "keys-off";

const step = (by) => {
  const all = [...document.querySelectorAll("[data-step]")];
  const here = all.indexOf(document.activeElement);
  return all[here < 0 ? 0 : Math.min(Math.max(here + by, 0), all.length - 1)];
};

export function start(region) {
  const toggle = region.querySelector("[data-keys-switch]");
  const tell = () => {
    const off = sessionStorage.getItem(OFF) === "yes";
    region.dataset.keysOff = off ? "yes" : "no";
    toggle?.setAttribute("aria-pressed", String(!off));
  };
  tell();
  if (toggle) {
    toggle.hidden = false;
    toggle.addEventListener("click", () => {
      sessionStorage.setItem(OFF, region.dataset.keysOff === "yes" ? "no" : "yes");
      tell();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (!region.isConnected || region.dataset.keysOff === "yes" || event.defaultPrevented) return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || typing(event.target)) return;
    const wanted = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const found = [...document.querySelectorAll("[data-key]")].find((element) => element.dataset.key === wanted);
    if (!found) {
      const next = { j: 1, k: -1 }[wanted] && step({ j: 1, k: -1 }[wanted]);
      if (!next) return;
      event.preventDefault();
      next.focus();
      return;
    }
    event.preventDefault();
    found.focus();
    if (found.matches("a, button, summary, input[type=submit], input[type=radio], input[type=checkbox]")) found.click();
  });
}
