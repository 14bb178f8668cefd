"""What pages make once and use again: addresses, and parts whose words are the same on every page."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask import Flask, url_for
from markupsafe import Markup

from casework.web import pages, statuses
from casework.web.addresses import address


@pytest.fixture
def app() -> Flask:
    made = Flask("pages")
    for endpoint, rule in (
        ("list", "/cases"),
        ("case", "/cases/<uuid:case_id>"),
        ("block", "/cases/<uuid:case_id>/blocks/<uuid:block_id>/lift"),
        ("step", "/referrals/<uuid:referral_id>/<name>"),
    ):
        made.add_url_rule(rule, endpoint, lambda **_values: "")
    return made


class TestAnAddress:
    def test_is_what_flask_says_whatever_stands_in_it_and_however_often_it_is_asked(self, app: Flask) -> None:
        one, two = uuid.uuid4(), uuid.uuid4()
        asked: list[tuple[str, dict[str, Any]]] = [
            ("list", {}),
            ("list", {"page": 2, "marac": None}),
            ("list", {"marac_id": one}),
            ("case", {"case_id": one}),
            ("case", {"case_id": two}),
            ("case", {"case_id": str(one)}),
            ("case", {"case_id": one, "_anchor": "risk"}),
            ("block", {"case_id": one, "block_id": two}),
            ("block", {"block_id": one, "case_id": two}),
            ("block", {"case_id": one, "block_id": one}),
            ("step", {"referral_id": one, "name": "children"}),
        ]
        for root in ("/", "/casework"):
            for _ in range(2):
                with app.test_request_context(base_url=f"http://localhost{root}"):
                    for endpoint, values in asked:
                        assert address(endpoint, **values) == url_for(endpoint, **values)


class TestAPartThatIsRemembered:
    def test_never_gives_markup_for_the_same_text_not_yet_escaped(self) -> None:
        button = pages._said_again(pages._govuk_macros()["govukButton"])
        marked, typed = {"text": Markup("<b>Send</b>")}, {"text": "<b>Send</b>"}
        assert "<b>Send</b>" in button(marked)
        assert "&lt;b&gt;Send&lt;/b&gt;" in button(typed)
        assert button(typed) == button(typed)
        assert "&lt;b&gt;" not in button(marked)

    def test_tells_numbers_from_yes_and_no(self) -> None:
        button = pages._said_again(pages._govuk_macros()["govukButton"])
        assert "data-prevent-double-click" in button({"text": "Send", "preventDoubleClick": True})
        assert button({"text": "Send", "value": 1}) != button({"text": "Send", "value": True})

    def test_says_a_status_like_any_other_tag_and_escapes_its_words(self) -> None:
        assert statuses.status_tag("case", "open") == statuses.tag("Open", "blue")
        assert statuses.tag("<i>Late</i>") == (
            '<strong class="govuk-tag app-tag app-tag--grey">&lt;i&gt;Late&lt;/i&gt;</strong>'
        )
