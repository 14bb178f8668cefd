"""The minutes as a PDF: readable by everybody, complete, and never changed by what somebody typed into them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.documents.minutes import (
    HANDLING,
    AgreedAction,
    Apologies,
    CrimeDisclosed,
    Fact,
    Information,
    MinutedCase,
    MinutesDocument,
    Present,
    Risk,
    UnfinishedAction,
    render_minutes,
)

MADE_AT = datetime(2026, 12, 9, 14, 30, 15, 123456, tzinfo=UTC)
FONTS = Path(__file__).parents[3] / "casework" / "web" / "static" / "built" / "fonts"

CASE = MinutedCase(
    number="M26-0042",
    who="Leanne Whitehouse and Piotr Patel",
    is_repeat=True,
    information=(
        Information("Police", facts=(Fact("Called twice.", date(2026, 11, 9)),), opinions=("He plans ahead.",)),
        Information("Mental health", facts=(Fact("Seen monthly."),), withheld=True),
    ),
    nothing_known=("Housing", "Fire service"),
    no_answer=("Refuge",),
    victims_voice="Wants to stay in the house.\n\nFears the school gate.",
    risks=(Risk("the victim", "Strangulation."), Risk("children", "Seeing it.")),
    actions=(AgreedAction("Housing", "Change the locks.", date(2026, 12, 16)),),
    crimes=(CrimeDisclosed("Strangulation, 9 November", "Does not wish to report"),),
    teller="IDVA service",
    tell_how="By phone on a weekday morning.",
)
MINUTES = MinutesDocument(
    marac="South Staffordshire MARAC",
    sits_at=datetime(2026, 12, 9, 9, 30, tzinfo=UTC),
    venue="Civic Centre, Codsall",
    chair="Det Insp Begum",
    version=2,
    confidentiality_statement="What is said here stays here.",
    copy_for="Housing",
    approved_at=datetime(2026, 12, 10, 15, 0, tzinfo=UTC),
    present=(Present("Jo Tonks", "Housing", accepted=True, deputises_for="Sam Plant"),),
    observers=(Present("Ola Nowak", "University", accepted=False),),
    apologies=(Apologies("Ray Chen", "Probation", date(2026, 12, 8)), Apologies("Kim Perry", "Refuge")),
    overtaken=(UnfinishedAction("M26-0007", "Police", "Visit her.", date(2026, 12, 1), "She moved away."),),
    not_done=(UnfinishedAction("M26-0008", "Housing", "Fit an alarm.", date(2026, 12, 2)),),
    cases=(CASE,),
    lapsed=("M25-0100",),
    other_business="Next sitting at Stafford.",
)


def pdf(minutes: MinutesDocument) -> pypdf.PdfReader:
    return pypdf.PdfReader(BytesIO(render_minutes(minutes, made_at=MADE_AT, fonts=FONTS)))


def words(minutes: MinutesDocument) -> str:
    return " ".join(" ".join(page.extract_text() for page in pdf(minutes).pages).split())


def letters(minutes: MinutesDocument) -> str:
    """The words without their spaces, since a narrow column breaks a long word."""
    return words(minutes).replace(" ", "")


def kinds_of_tag(reader: pypdf.PdfReader) -> set[str]:
    """Every kind of element in the file's structure: headings, tables, list items."""
    found: set[str] = set()
    waiting: list[Any] = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        element = waiting.pop().get_object()
        if isinstance(element, dict):
            found.add(str(element.get("/S", "")))
            below = element.get("/K")
            waiting += below if isinstance(below, list) else [below] if below is not None else []
    return found


class TestMinutesForAScreenReader:
    def test_are_tagged_titled_and_in_british_english(self) -> None:
        root = pdf(MINUTES).trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"].value is True
        assert root["/Lang"] == "en-GB"
        assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
        assert pdf(MINUTES).metadata.title == "Minutes of South Staffordshire MARAC, Wednesday 9 December 2026"

    def test_say_that_they_meet_the_standard_for_accessible_files(self) -> None:
        described = pdf(MINUTES).trailer["/Root"]["/Metadata"].get_data().decode()
        assert "<pdfuaid:part>1</pdfuaid:part>" in described

    def test_have_headings_tables_with_headers_and_lists(self) -> None:
        assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/TD", "/L", "/LI"} <= kinds_of_tag(pdf(MINUTES))

    def test_meet_the_standard_with_the_renderers_own_fonts_too(self) -> None:
        for fonts in (None, Path("/nowhere")):
            reader = pypdf.PdfReader(BytesIO(render_minutes(MINUTES, made_at=MADE_AT, fonts=fonts)))
            assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"].value is True


class TestMinutesForTheirReader:
    @pytest.mark.parametrize(
        "said",
        [
            "South Staffordshire MARAC",
            "Wednesday 9 December 2026, 09:30",
            "Civic Centre, Codsall",
            "Det Insp Begum",
            "Copy for Housing",
            "Thursday 10 December 2026",
            "Jo Tonks, for Sam Plant Housing Yes",
            "Ola Nowak University No",
            "Ray Chen Probation Tuesday 8 December 2026",
            "Kim Perry Refuge No",
            "What is said here stays here.",
            "Case M26-0042: Leanne Whitehouse and Piotr Patel (repeat)",
            "Police Facts • Monday 9 November 2026: Called twice. Professional opinion • He plans ahead.",
            "Nothing known: Housing and Fire service.",
            "No answer came from Refuge.",
            "Seen monthly. Something was kept back.",
            "Wants to stay in the house. Fears the school gate.",
            "the victim Strangulation. children Seeing it.",
            "Housing Change the locks. Wednesday 16 December 2026",
            "Crimes disclosed What was disclosed The victim's wish about reporting Strangulation, 9 November Does not wish",
            "IDVA service. By phone on a weekday morning.",
            "Case M25-0100",
            "Next sitting at Stafford.",
            HANDLING,
        ],
    )
    def test_say(self, said: str) -> None:
        assert said in words(MINUTES).replace("’", "'")

    def test_keep_what_was_overtaken_apart_from_what_was_simply_not_done(self) -> None:
        text = words(MINUTES)
        assert text.index("Overtaken by events") < text.index("She moved away.") < text.index("Not done")
        assert text.index("Not done") < text.index("Fit an alarm.")

    def test_say_why_there_is_no_action_and_why_nobody_tells_the_victim(self) -> None:
        case = replace(
            CASE, actions=(), no_action_because="All is in hand.", teller=None, nobody_tells_because="He reads all."
        )
        text = words(replace(MINUTES, cases=(case,)))
        assert "No action: All is in hand." in text
        assert "Nobody: He reads all." in text

    def test_say_why_a_case_was_put_off_and_nothing_else_of_it(self) -> None:
        text = words(replace(MINUTES, cases=(replace(CASE, put_off_because="The referrer was ill."),)))
        assert "Put off to a later sitting: The referrer was ill." in text
        assert "Called twice." not in text

    def test_say_that_a_draft_is_not_approved(self) -> None:
        assert "Not yet approved by the chair" in words(replace(MINUTES, approved_at=None))
        assert "Not yet approved" not in words(MINUTES)

    def test_show_the_hour_that_londons_clocks_show_in_summer(self) -> None:
        summer = replace(MINUTES, sits_at=datetime(2027, 6, 30, 8, 30, tzinfo=UTC))
        assert "Wednesday 30 June 2027, 09:30" in words(summer)

    def test_hold_nothing_of_a_case_that_is_not_in_them(self) -> None:
        text = words(replace(MINUTES, cases=()))
        assert "Whitehouse" not in text
        assert "No case is in this copy." in text

    def test_carry_a_partnerships_own_handling_words(self) -> None:
        text = words(replace(MINUTES, handling="Official sensitive."))
        assert "Official sensitive." in text
        assert HANDLING not in text


class TestTypedText:
    @pytest.mark.parametrize(
        "typed",
        [
            "#panic()",
            '#read("/etc/passwd")',
            "#sys.inputs",
            "*bold* _thin_ `code`",
            "$x^2$",
            "@label <label>",
            "= heading",
            "- item + item",
            "// comment /* comment */",
            "\\ \\u{41}",
            "https://example.gov.uk",
            "\"quotes\" 'quotes' -- ---",
            "[x] {y} ~",
        ],
    )
    def test_stays_text_wherever_it_stands(self, typed: str) -> None:
        text = letters(
            replace(
                MINUTES,
                venue=typed,
                cases=(
                    replace(
                        CASE, who=typed, victims_voice=typed, actions=(AgreedAction(typed, typed, date(2026, 12, 16)),)
                    ),
                ),
            )
        )
        # Where, who, the victim's voice, the action with its owner, and the owner again in the sentence that sums up.
        assert text.count("".join(typed.split())) == 6

    @pytest.mark.parametrize(
        ("typed", "printed"), [("李", "[U+674E]"), ("a\x01b", "a[U+0001]b"), ("\ud800", "[U+D800]")]
    )
    def test_that_no_font_can_print_is_spelt_out_and_said_to_be(self, typed: str, printed: str) -> None:
        text = words(replace(MINUTES, cases=(replace(CASE, who=f"Leanne {typed}"),)))
        assert f"Leanne {printed}" in text
        assert "cannot print" in text

    @pytest.mark.parametrize("typed", ["Ó Súilleabháin", "Müller", "Wałęsa", "Şahin"])
    def test_in_the_letters_of_europe_is_printed_as_it_is(self, typed: str) -> None:
        text = words(replace(MINUTES, cases=(replace(CASE, who=typed),)))
        assert typed in text
        assert "cannot print" not in text

    @given(typed=st.text(max_size=40))
    @settings(max_examples=40, deadline=None)
    def test_of_any_kind_gives_a_file_that_meets_the_standard(self, typed: str) -> None:
        case = replace(CASE, who=typed, victims_voice=typed, risks=(Risk(typed, typed),), actions=())
        assert pdf(replace(MINUTES, cases=(case,))).trailer["/Root"]["/MarkInfo"]["/Marked"].value is True


class TestThePrintedFile:
    def test_is_the_same_byte_for_byte_when_printed_again(self) -> None:
        once, again = (render_minutes(MINUTES, made_at=MADE_AT, fonts=None) for _ in range(2))
        assert once == again

    def test_needs_a_moment_with_a_zone(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            render_minutes(MINUTES, made_at=datetime(2026, 12, 9), fonts=None)  # noqa: DTZ001
