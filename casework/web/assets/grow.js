// Keeps one row free at the end of a part that is asked several times (data-grow names it): when the last row is typed into, an empty
// one follows. The button that adds a row does the same without script, so it is put away here.

export function addRow(row, name, count) {
  const number = Number(count.value);
  const added = row.cloneNode(true);
  for (const element of [added, ...added.querySelectorAll("*")]) {
    for (const attribute of element.attributes) {
      attribute.value = attribute.value.replaceAll(`${name}-${number - 1}-`, `${name}-${number}-`);
    }
  }
  for (const box of added.querySelectorAll("input, select, textarea")) {
    box.removeAttribute("value");
    for (const option of box.options ?? []) option.removeAttribute("selected");
    box.value = "";
    box.classList.remove("govuk-input--error", "govuk-select--error");
    box.removeAttribute("aria-describedby");
  }
  for (const mistake of added.querySelectorAll(".govuk-error-message")) mistake.remove();
  for (const group of added.querySelectorAll(".govuk-form-group--error")) group.classList.remove("govuk-form-group--error");
  const label = added.getAttribute("aria-label");
  if (label) added.setAttribute("aria-label", label.replace(/\d+$/, String(number + 1)));
  row.after(added);
  count.value = String(number + 1);
  return added;
}

export function start(part) {
  const name = part.dataset.grow;
  const count = part.querySelector(`input[name="${name}-count"]`);
  const add = part.querySelector(`button[name="add"][value="${name}"]`);
  if (add) add.hidden = true;
  const grow = () => {
    const rows = [...part.querySelectorAll("[data-grow-row]")];
    const last = rows[rows.length - 1];
    if ([...last.querySelectorAll("input, select, textarea")].some((box) => box.value.trim())) addRow(last, name, count);
  };
  part.addEventListener("input", grow);
  grow();
}
