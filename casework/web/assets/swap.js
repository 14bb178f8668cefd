// Shows parts of a page anew without loading the whole of it: the same address is asked for, and each element with data-live is
// replaced by the one of the same id, unless somebody is in it at that moment. Whatever wakes parts of the page hears of it.

export async function fetched(href, options = {}) {
  const answer = await fetch(href, { credentials: "same-origin", headers: { Accept: "text/html" }, ...options });
  return { answer, page: new DOMParser().parseFromString(await answer.text(), "text/html") };
}

export function refresh(page, { except = () => false } = {}) {
  for (const old of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(old.id);
    if (!fresh || except(old) || old.contains(document.activeElement) || old.outerHTML === fresh.outerHTML) continue;
    const here = document.importNode(fresh, true);
    old.replaceWith(here);
    document.dispatchEvent(new CustomEvent("app-swapped", { detail: here }));
  }
}

// The whole of what is on the page, for an answer that lists mistakes: the list gets the focus, as on a page that was loaded.
export function replaceMain(page) {
  const here = document.importNode(page.querySelector("main"), true);
  document.querySelector("main").replaceWith(here);
  document.title = page.title;
  document.dispatchEvent(new CustomEvent("app-swapped", { detail: here }));
  const summary = here.querySelector(".govuk-error-summary");
  if (summary) {
    summary.setAttribute("tabindex", "-1");
    summary.focus();
  }
}
