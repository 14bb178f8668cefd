// A page that answers a form with mistakes is not kept by the browser, and Back to it would show the browser's own error page. Before
// such a page is left, its place in the history is made that of its address, so that Back asks for the page itself.

export function keepTheWayBack() {
  const settle = () => window.history.replaceState(window.history.state, "", window.location.href);
  document.addEventListener("submit", settle);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("a[href]")) settle();
  });
}
