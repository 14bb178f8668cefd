// Counts the minutes of a case on. The server says when it began and what time it is there, so a wrong clock here does no harm.

const EVERY = 5000;

export function start(element) {
  if (element.dataset.ended) return;
  const begun = Date.parse(element.dataset.begun);
  const ahead = Date.parse(element.dataset.now) - Date.now();
  const planned = Number(element.dataset.minutes);
  const part = (name) => element.querySelector(`[data-timer-${name}]`);

  const tell = () => {
    if (!element.isConnected) return;
    const taken = Math.max(0, Math.floor((Date.now() + ahead - begun) / 60000));
    part("taken").textContent = String(taken);
    part("bar").value = Math.min(taken, planned);
    part("over").hidden = taken < planned;
    element.classList.toggle("app-timer--over", taken >= planned);
    window.setTimeout(tell, EVERY);
  };
  tell();
}
