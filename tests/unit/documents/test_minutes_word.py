"""The minutes for Word: opens, holds what the PDF holds and nothing else, in British English, and never runs what somebody typed."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from itertools import pairwise

import pytest
from docx import Document
from docx.document import Document as Word
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.documents.minutes import HANDLING, AgreedAction, MinutesDocument
from casework.documents.minutes_word import render_minutes_as_word
from tests.unit.documents.test_minutes_pdf import CASE, MADE_AT, MINUTES


def file_of(minutes: MinutesDocument) -> bytes:
    return render_minutes_as_word(minutes, made_at=MADE_AT)


def opened(minutes: MinutesDocument) -> Word:
    return Document(BytesIO(file_of(minutes)))


def body(minutes: MinutesDocument) -> list[str]:
    """Every line of the body, from its paragraphs and tables in order, one for a row."""
    found = []
    for part in opened(minutes).iter_inner_content():
        if hasattr(part, "rows"):
            found += [" | ".join(cell.text for cell in row.cells) for row in part.rows]
        elif part.text:
            found.append(part.text)
    return found


def everything(minutes: MinutesDocument) -> str:
    """Every part of the file as it is packed, the hidden ones too."""
    with zipfile.ZipFile(BytesIO(file_of(minutes))) as packed:
        return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())


class TestAWordFile:
    def test_tells_its_title_language_and_maker(self) -> None:
        told = opened(MINUTES).core_properties
        assert told.title == "Minutes of South Staffordshire MARAC, Wednesday 9 December 2026"
        assert (told.language, told.author) == ("en-GB", "South Staffordshire MARAC")
        assert (told.comments, told.last_modified_by) == ("", "")
        assert told.created == MADE_AT.replace(microsecond=0)
        assert "python" not in everything(MINUTES).lower()
        styles = opened(MINUTES).styles.element
        assert {one.get(qn("w:val")) for one in styles.iter(qn("w:lang"))} == {"en-GB"}

    def test_has_headings_that_lead_through_it_without_a_step_left_out(self) -> None:
        levels = [
            int(one.style.name.removeprefix("Heading "))
            for one in opened(MINUTES).paragraphs
            if one.style and one.style.name and one.style.name.startswith("Heading ")
        ]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))

    def test_has_tables_with_a_head_and_a_name(self) -> None:
        tables = opened(MINUTES).tables
        assert len(tables) == 9
        for table in tables:
            assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))
            assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
            assert all(run.bold for cell in table.rows[0].cells for run in cell.paragraphs[0].runs)

    def test_says_at_the_head_of_each_page_how_to_handle_it_and_whose_copy_it_is(self) -> None:
        head = opened(replace(MINUTES, taken_by="Karen Stubbs, Thursday 10 December 2026, 09:12")).sections[0].header
        assert [one.text for one in head.paragraphs] == [
            HANDLING,
            "Copy for Housing. Taken by Karen Stubbs, Thursday 10 December 2026, 09:12",
        ]

    def test_needs_an_instant_with_a_zone(self) -> None:
        with pytest.raises(ValueError, match="zone"):
            render_minutes_as_word(MINUTES, made_at=datetime(2026, 12, 9, 14, 30))  # noqa: DTZ001

    @pytest.mark.parametrize(
        "line",
        [
            "MARAC | South Staffordshire MARAC",
            "Approved | Thursday 10 December 2026",
            "Copy for | Housing",
            "1 case was heard, a repeat. 1 action was agreed, for Housing. 1 action of earlier sittings is not done.",
            "Jo Tonks, for Sam Plant | Housing | Yes",
            "Ola Nowak | University | No",
            "Ray Chen | Probation | Tuesday 8 December 2026",
            "What is said here stays here.",
            "M26-0007 | Police | Visit her. | Tuesday 1 December 2026 | She moved away.",
            "M26-0008 | Housing | Fit an alarm. | Wednesday 2 December 2026 | Not reported",
            "Case M26-0042: Leanne Whitehouse and Piotr Patel (repeat)",
            "Monday 9 November 2026: Called twice.",
            "Professional opinion: He plans ahead.",
            "Something was kept back.",
            "Nothing known: Housing and Fire service.",
            "No answer came from Refuge.",
            "Wants to stay in the house.",
            "Fears the school gate.",
            "the victim | Strangulation.",
            "Housing | Change the locks. | Wednesday 16 December 2026",
            "Strangulation, 9 November | Does not wish to report",
            "IDVA service. By phone on a weekday morning.",
            "Case M25-0100",
            "Next sitting at Stafford.",
        ],
    )
    def test_says(self, line: str) -> None:
        assert line in body(MINUTES)

    def test_says_why_a_case_was_put_off_and_nothing_else_of_it(self) -> None:
        put_off = replace(CASE, put_off_because="The referrer was ill.")
        text = body(replace(MINUTES, cases=(put_off,)))
        assert "Put off to a later sitting: The referrer was ill." in text
        for hidden in ("Strangulation.", "Change the locks.", "Called twice."):
            assert hidden not in "\n".join(text)

    def test_holds_nothing_of_a_case_that_is_not_in_it_in_any_part_of_the_file(self) -> None:
        assert "Leanne" in everything(MINUTES)
        without = everything(replace(MINUTES, cases=()))
        for trace in ("Leanne", "Piotr", "M26-0042", "Strangulation", "Change the locks"):
            assert trace not in without
        assert "No case is in this copy." in body(replace(MINUTES, cases=()))


class TestTypedText:
    @pytest.mark.parametrize(
        "typed",
        [
            '=HYPERLINK("http://x.example","look")',
            "+1",
            "-2+3",
            "@SUM(A1)",
            "<w:p/> & </w:t>",
            "]]> <!-- --> &amp;",
            "{{ 7 * 7 }} {% x %}",
            "PAGE \\* MERGEFORMAT",
        ],
    )
    def test_stays_text_wherever_it_stands(self, typed: str) -> None:
        action = AgreedAction(typed, typed, CASE.actions[0].due_on)
        minutes = replace(
            MINUTES, venue=typed, cases=(replace(CASE, who=typed, victims_voice=typed, actions=(action,)),)
        )
        assert "\n".join(body(minutes)).count(typed) == 6
        fields = [one.get(qn("w:instr")) for one in opened(minutes).sections[0].footer._element.iter(qn("w:fldSimple"))]
        assert fields == ["PAGE", "NUMPAGES"]
        for tag in ("w:fldSimple", "w:instrText", "w:hyperlink"):
            assert list(opened(minutes).element.iter(qn(tag))) == []

    def test_that_a_file_cannot_hold_is_told_by_its_number(self) -> None:
        text = body(replace(MINUTES, venue="bell \x07, half \ud800, none \ufffe"))
        assert "Where | bell [U+0007], half [U+D800], none [U+FFFE]" in text

    def test_of_several_lines_keeps_its_lines_and_paragraphs(self) -> None:
        text = body(replace(MINUTES, other_business="One.\nTwo.\n\nThree."))
        assert text[-2:] == ["One.\nTwo.", "Three."]

    @settings(max_examples=40, deadline=None)
    @given(st.text(max_size=60))
    def test_never_keeps_the_file_from_opening(self, typed: str) -> None:
        text = body(replace(MINUTES, cases=(replace(CASE, victims_voice=typed, who=typed),), other_business=typed))
        assert text[0] == MINUTES.title
