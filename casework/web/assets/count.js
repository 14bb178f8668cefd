// Counts the answers of the checklist while they are ticked. What the count means is on the page already; this only shows
// the line that holds. The line on professional judgement is never hidden below the threshold.

export function start(list) {
  const form = list.closest("form");
  const shown = form && form.querySelector("[data-count]");
  if (!shown) return;
  const threshold = Number(list.dataset.threshold);
  const part = (name) => shown.querySelector(`[data-count-${name}]`);

  const tell = () => {
    const items = [...list.querySelectorAll(".govuk-radios")];
    const answers = items.map((item) => (item.querySelector("input:checked") || {}).value);
    const yes = answers.filter((answer) => answer === "yes").length;
    part("yes").textContent = String(yes);
    part("open").textContent = String(answers.filter((answer) => !answer).length);
    part("high").hidden = yes < threshold;
    part("low").hidden = yes >= threshold;
  };

  list.addEventListener("change", tell);
  tell();
}
