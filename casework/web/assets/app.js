// The one script. Pages work without it; it only adds. Each part below wakes for elements with its data-module and is left
// alone elsewhere. To add a part: write a module here that exports `start(element)`, and name it in `parts`.

import {
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  NotificationBanner,
  PasswordInput,
  Radios,
  ServiceNavigation,
  SkipLink,
  Tabs,
  createAll,
} from "govuk-frontend";
import * as autosave from "./autosave.js";
import { keepTheWayBack } from "./back.js";
import * as count from "./count.js";
import * as follow from "./follow.js";
import * as grow from "./grow.js";
import * as keys from "./keys.js";
import * as rows from "./rows.js";
import * as table from "./table.js";
import * as timer from "./timer.js";

const parts = {
  "app-autosave": autosave,
  "app-count": count,
  "app-follow": follow,
  "app-grow": grow,
  "app-keys": keys,
  "app-rows": rows,
  "app-table": table,
  "app-timer": timer,
};

document.body.classList.add("js-enabled", "govuk-frontend-supported");

const wake = (scope) => {
  for (const component of [
    Button,
    CharacterCount,
    Checkboxes,
    ErrorSummary,
    NotificationBanner,
    PasswordInput,
    Radios,
    ServiceNavigation,
    SkipLink,
    Tabs,
  ]) {
    createAll(component, undefined, scope);
  }
  for (const [name, part] of Object.entries(parts)) {
    const wanted = `[data-module~="${name}"]`;
    for (const element of [...(scope.matches?.(wanted) ? [scope] : []), ...scope.querySelectorAll(wanted)]) {
      // One part that fails must not take the others with it; the page works without it.
      try {
        part.start(element);
      } catch (error) {
        console.error(`${name} did not start`, error);
      }
    }
  }
};

keepTheWayBack();
wake(document);
// What is shown anew later (swap.js) wakes as well.
document.addEventListener("app-swapped", (event) => wake(event.detail));
