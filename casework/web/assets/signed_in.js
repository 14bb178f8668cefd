// Somebody who was signed out in the middle of a form goes on in this tab after signing in in another one: nothing typed is lost.

// The forms of before are void after signing in anew, so the token of this page is fetched again and put into each of them.
export async function freshToken() {
  const answer = await fetch(window.location.pathname, { headers: { Accept: "text/html" }, credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = answer.ok && page.querySelector("form input[name=csrf_token]");
  if (!fresh) throw new Error(String(answer.status));
  for (const token of document.querySelectorAll("input[name=csrf_token]")) token.value = fresh.value;
}

// Says so in the line that otherwise says when the form was kept.
export function tellSignedOut(words) {
  if (!words) return;
  const link = document.createElement("a");
  link.href = "/sign-in";
  link.target = "_blank";
  link.rel = "noreferrer";
  link.className = "govuk-link";
  link.textContent = "sign in in another tab";
  words.hidden = false;
  words.replaceChildren("Not kept: you were signed out. Leave this tab open, ", link, ", and go on here: it is tried again.");
}
