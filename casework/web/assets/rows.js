// A list of questions that are answered by one press each: the row changes in its place and the next question gets the focus. The keys
// of a row press what is in it; which row that is follows the focus. Without script the same buttons load the page.

import { fetched, refresh } from "./swap.js";

export function start(list) {
  const told = list.querySelector("[data-rows-told]");
  const rows = () => [...list.querySelectorAll("[data-row]")];
  let answered = "";
  const button = (row) => row?.querySelector('[data-row-key="n"]') ?? row?.querySelector("[data-row-key]");

  list.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.dataset.press) return;
    event.preventDefault();
    const row = form.closest("[data-row]");
    const undoes = form.action.endsWith("/undo");
    try {
      const { answer, page } = await fetched(form.action, { method: "POST", body: new FormData(form) });
      if (!answer.ok) throw new Error(String(answer.status));
      const { id } = row;
      const said = form.dataset.press;
      answered = id;
      document.activeElement?.blur();
      refresh(page);
      const now = rows();
      const here = now.findIndex((one) => one.id === id);
      const open = (one) => one.querySelector('[data-row-key="n"]');
      const next = undoes ? now[here] : [...now.slice(here + 1), ...now.slice(0, here + 1)].find(open) ?? now[here];
      button(next)?.focus();
      told.textContent = `${said}. ${document.querySelector("#research-progress .app-progress__words")?.textContent ?? ""}.`;
    } catch {
      form.submit();
    }
  });

  document.addEventListener("keydown", (event) => {
    const off = document.querySelector("[data-keys-off=yes]");
    if (!list.isConnected || off || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.target.closest("input, textarea, select")) return;
    const all = rows();
    const here = all.findIndex((row) => row.contains(document.activeElement));
    const step = { j: 1, k: -1 }[event.key];
    if (step) {
      const to = here < 0 ? all.find((row) => row.querySelector('[data-row-key="n"]')) ?? all[0] : all[Math.min(Math.max(here + step, 0), all.length - 1)];
      event.preventDefault();
      button(to)?.focus();
      to?.scrollIntoView({ block: "nearest" });
      return;
    }
    const row = here < 0 ? all.find((one) => one.querySelector('[data-row-key="n"]')) : all[here];
    const key = `[data-row-key="${event.key.toLowerCase()}"]`;
    // Undo means what was pressed last, where there is nothing to undo in this row.
    const found = row?.querySelector(key) ?? (event.key === "u" ? document.getElementById(answered)?.querySelector(key) : null);
    if (!found) return;
    event.preventDefault();
    found.click();
  });
}
