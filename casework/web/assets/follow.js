// Follows something that happens by itself: the page that says how far it is holds nothing else, so it is asked for again and its part
// shown anew, until it says no more that it is busy. Given up after ten minutes; the page can be left at any time.

import { fetched, refresh } from "./swap.js";

const EVERY = 3000;
const LONGEST = 600000;
const begun = Date.now();

export function start(element) {
  const again = async () => {
    if (!element.isConnected || Date.now() - begun > LONGEST) return;
    if (!document.hidden) {
      try {
        const { answer, page } = await fetched(element.dataset.follow);
        if (!answer.ok) return;
        refresh(page);
      } catch {
        // Out of reach for a moment: asked again at the next turn.
      }
    }
    window.setTimeout(again, EVERY);
  };
  window.setTimeout(again, EVERY);
}
