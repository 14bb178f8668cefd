// The one script. Pages work without it; it only adds. Each part below wakes for elements with its data-module and is left
// alone elsewhere. To add a part: write a module here that exports `start(element)`, and name it in `parts`.

import {
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  FileUpload,
  NotificationBanner,
  PasswordInput,
  Radios,
  ServiceNavigation,
  SkipLink,
  Tabs,
  createAll,
} from "govuk-frontend";
import * as autosave from "./autosave.js";
import * as count from "./count.js";
import * as follow from "./follow.js";
import * as keys from "./keys.js";

const parts = {
  "app-autosave": autosave,
  "app-count": count,
  "app-keys": keys,
  "follow": follow,
};

document.body.classList.add("js-enabled", "govuk-frontend-supported");

for (const component of [
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  FileUpload,
  NotificationBanner,
  PasswordInput,
  Radios,
  ServiceNavigation,
  SkipLink,
  Tabs,
]) {
  createAll(component);
}

for (const [name, part] of Object.entries(parts)) {
  for (const element of document.querySelectorAll(`[data-module~="${name}"]`)) {
    // One part that fails must not take the others with it; the page works without it.
    try {
      part.start(element);
    } catch (error) {
      console.error(`${name} did not start`, error);
    }
  }
}
