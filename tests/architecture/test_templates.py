"""What no template may do: mark text as safe, give stored text to an `html` parameter, carry inline script or style, post without token."""

from __future__ import annotations

import re
from pathlib import Path

import jinja2
import pytest

from casework.actions.rules import ActionState
from casework.cases.rules import CaseState
from casework.conferences.rules import AttendanceState, ListingState, RoundState
from casework.duties.rules import DutyState
from casework.interventions.rules import State as InterventionState
from casework.referrals.rules import ReferralState
from casework.research.rules import ResearchState
from casework.risk.rules import Answer, Band
from casework.web import statuses
from casework.youth.rules import ActionState as PlanActionState
from casework.youth.rules import Stage

WEB = Path(statuses.__file__).parent
TEMPLATES = WEB / "templates"
ALL = sorted(TEMPLATES.rglob("*.html"))
PAGES = [path for path in ALL if path.parent.name != "components" and path.name != "base.html"]
# Where markup is made in Python: each escapes every word itself or draws from numbers only, and tests try hostile words.
MAKES_MARKUP = {"charts.py", "forms/form.py", "family.py", "code_device.py", "statuses.py"}

FORBIDDEN = {
    "marks text as safe": re.compile(r"\|\s*safe\b|\bMarkup\b"),
    "switches escaping off": re.compile(r"\{%-?\s*autoescape"),
    "hands markup to a GOV.UK parameter (use text, or call)": re.compile(r"""['"]\w*[hH]tml['"]\s*:|\bhtml\s*="""),
    "has an inline style": re.compile(r"<style\b|\sstyle\s*="),
    "has an inline handler": re.compile(r"<[^>]*\son\w+\s*="),
    "goes to a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "loads something from elsewhere": re.compile(r"""(?:src|href)\s*=\s*["'](?:https?:)?//"""),
    "asks about a role (show and hide by the record's may flags)": re.compile(
        r"\b(?:actor|current_user)\b|\brole\s*=="
    ),
}
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


def _source(path: Path) -> str:
    return _COMMENT.sub("", path.read_text(encoding="utf-8"))


def _mistakes(source: str) -> list[str]:
    found = [name for name, pattern in FORBIDDEN.items() if pattern.search(source)]
    if any("src=" not in script for script in re.findall(r"<script\b[^>]*>", source)):
        found.append("has an inline script")
    return found


class TestATemplate:
    """Every template, those of the components included."""

    @pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.relative_to(TEMPLATES)))
    def test_lets_nothing_past_escaping_and_the_content_policy(self, path: Path) -> None:
        assert not _mistakes(_source(path))

    @pytest.mark.parametrize(
        "source",
        [
            "{{ name | safe }}",
            "{{ name|safe }}",
            '{{ govukButton({"html": name}) }}',
            "{{ govukErrorSummary({'titleHtml': name}) }}",
            "{{ panel(html=name) }}",
            '<p style="color: red">',
            "<button onclick=go()>",
            "<script>go()</script>",
            '<script src="//elsewhere.example/x.js"></script>',
            '<a href="javascript:go()">',
            "{% autoescape false %}",
            "{% if actor.roles %}",
        ],
    )
    def test_would_be_caught(self, source: str) -> None:
        assert _mistakes(source)

    @pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.relative_to(TEMPLATES)))
    def test_posts_only_with_a_token(self, path: Path) -> None:
        source = _source(path)
        for form in re.findall(r"<form\b[^>]*>.*?</form>", source, re.DOTALL):
            if re.search(r"""method\s*=\s*["']post""", form, re.IGNORECASE):
                assert "token()" in form, "a form posts without {{ token() }}"

    @pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.relative_to(TEMPLATES)))
    def test_can_be_read(self, path: Path) -> None:
        jinja2.Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))


class TestAPage:
    """Every template that is a page of its own."""

    @pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
    def test_stands_on_the_one_layout_and_says_its_title_first(self, path: Path) -> None:
        source = _source(path)
        if path.name.startswith("_"):  # a part that a page includes, or that the script fetches
            assert "extends" not in source
            return
        extends = re.search(r'\{%-?\s*extends\s+"([^"]+)"', source)
        assert extends, "a page extends base.html"
        if extends[1] == "base.html":
            title = re.search(r"\{%-?\s*set title\s*=", source)
            assert title
            assert title.start() < extends.start(), "title is set before extends"

    @pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
    def test_has_no_heading_of_the_first_rank_but_in_the_heading_block(self, path: Path) -> None:
        source = re.sub(r"\{%-?\s*block heading\s*-?%\}.*?\{%-?\s*endblock", "", _source(path), flags=re.DOTALL)
        assert "<h1" not in source


class TestPythonOfThePages:
    """The modules that make pages."""

    @pytest.mark.parametrize("path", sorted(WEB.rglob("*.py")), ids=lambda path: str(path.relative_to(WEB)))
    def test_makes_markup_only_where_that_is_the_job_and_never_a_template_from_text(self, path: Path) -> None:
        source = path.read_text(encoding="utf-8")
        if str(path.relative_to(WEB)) not in MAKES_MARKUP:
            assert "Markup(" not in source
        assert "render_template_string" not in source
        assert "from_string(" not in source


class TestStatuses:
    """Every state that a page can meet has words."""

    @pytest.mark.parametrize(
        ("subject", "codes"),
        [
            ("referral", ReferralState),
            ("case", CaseState),
            ("round", RoundState),
            ("listing", ListingState),
            ("research", ResearchState),
            ("action", ActionState),
            ("duty", DutyState),
            ("attendance", AttendanceState),
            ("band", Band),
            ("answer", Answer),
            ("youth", Stage),
            ("plan_action", PlanActionState),
            ("intervention", InterventionState),
        ],
    )
    def test_have_words_and_a_known_colour(self, subject: str, codes: type) -> None:
        for code in codes:  # type: ignore[attr-defined]
            found = statuses.status(subject, code)
            assert found.words
            assert found.tone in {"grey", "blue", "green", "amber", "red", "purple"}

    def test_have_no_words_for_what_is_not_a_state(self) -> None:
        with pytest.raises(KeyError):
            statuses.status("referral", "forgotten")
