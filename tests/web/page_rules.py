"""What is true of every page, checked on its HTML: other page tests call `check` on whatever they were served."""

from __future__ import annotations

import itertools
from collections import Counter
from html.parser import HTMLParser

from werkzeug.test import TestResponse


class Page(HTMLParser):
    """A page taken apart: headings, title, ids, labels, inline script and style."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.title = ""
        self.headings: list[tuple[int, str]] = []
        self.ids: Counter[str] = Counter()
        self.inline: list[str] = []
        self.references: list[tuple[str, str]] = []
        self.posts: list[bool] = []
        self.language = ""
        self._reading = ""
        self._words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note what the rules ask about."""
        given = dict(attributes)
        if identifier := given.get("id"):
            self.ids[identifier] += 1
        self.inline += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)
        if tag == "html":
            self.language = given.get("lang") or ""
        for name in ("aria-describedby", "aria-labelledby", "aria-controls", "for"):
            self.references += [(f"{tag} {name}", one) for one in (given.get(name) or "").split()]
        if tag == "a" and (given.get("href") or "").startswith("#"):
            self.references.append(("a href", (given["href"] or "")[1:]))
        if tag == "form":
            self.posts.append((given.get("method") or "get").lower() != "post")
        if tag == "input" and given.get("name") == "csrf_token" and self.posts:
            self.posts[-1] = True
        if tag in ("title", "h1", "h2", "h3", "h4", "h5", "h6") and not (tag == "title" and self.title):
            self._reading, self._words = tag, []

    def handle_endtag(self, tag: str) -> None:
        """Finish a heading or the title."""
        if tag == self._reading:
            words = " ".join("".join(self._words).split())
            if tag == "title":
                self.title = words
            else:
                self.headings.append((int(tag[1]), words))
            self._reading = ""

    def handle_data(self, data: str) -> None:
        """Gather the words of a heading."""
        if self._reading:
            self._words.append(data)


def check(response: TestResponse) -> Page:
    """Check one answer against the rules of every page and give it taken apart. Fails with what is wrong."""
    page = Page(response.get_data(as_text=True))
    assert page.language == "en"
    assert page.title.endswith(" – Casework"), page.title
    assert [level for level, _ in page.headings].count(1) == 1, f"one h1, not {page.headings}"
    levels = [level for level, _ in page.headings]
    below_h1 = levels[levels.index(1) :]
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(below_h1)), (
        f"a level is skipped: {page.headings}"
    )
    assert not page.inline, f"inline script or style: {page.inline}"
    assert not [one for one, times in page.ids.items() if times > 1], "an id stands twice"
    missing = [(where, one) for where, one in page.references if one not in page.ids]
    assert not missing, f"points at nothing: {missing}"
    assert all(page.posts), "a form posts without a token"
    headers = response.headers
    assert "'unsafe" not in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    return page
