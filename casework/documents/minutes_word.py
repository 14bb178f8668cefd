"""The minutes of a sitting for Word: the same document as page and PDF, with headings, tables and language that Word understands.

Text goes in as text: nothing that somebody typed becomes a field, a formula or markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, Final

from docx import Document
from docx.document import Document as Word
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Row
from docx.text.paragraph import Paragraph

from casework.documents.minutes import MinutesDocument, characters_of, never_printed, said, spelt_out

LANGUAGE: Final = "en-GB"
FONT: Final = "Arial"
BULLET: Final = "ListBullet"
DEEP: Final = RGBColor(0x17, 0x3F, 0x45)
GREY: Final = RGBColor(0x49, 0x56, 0x55)
NOTHING: Final = "None recorded."
LONGEST_PROPERTY: Final = 255
NOT_XML: Final = frozenset("\ufffe\uffff")
"""Characters that are text to Python and that XML cannot hold, beside control signs."""


def render_minutes_as_word(minutes: MinutesDocument, *, made_at: datetime) -> bytes:
    """Return the minutes as a .docx in British English: its title set, handling mark and whose copy it is at the head of each page.

    `made_at` is the instant written into the file. Raises ValueError when it carries no zone.
    """
    if made_at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    data = said(minutes)
    lost = frozenset(one for one in characters_of(data) if never_printed(one) or one in NOT_XML)
    data = spelt_out(data, lost) if lost else data
    word = Document()
    _look(word)
    _properties(word, data, made_at)
    _head_and_foot(word, data)
    _sitting(word, data)
    for one in data["cases"]:
        _case(word, one)
    if not data["cases"]:
        _heading(word, "Cases", 2)
        word.add_paragraph("No case is in this copy.")
    if data["lapsed"]:
        _heading(word, "Twelve months have passed", 2)
        word.add_paragraph("Agencies may lift their flags, unless there was a new referral.")
        for number in data["lapsed"]:
            _paragraph(word, f"Case {number}", BULLET)
    if data["other_business"]:
        _heading(word, "Any other business", 2)
        _words(word, data["other_business"])
    file = BytesIO()
    word.save(file)
    return file.getvalue()


def _look(word: Word) -> None:
    """A4, one legible font, dark headings; the language stands in the styles, so that all text has it."""
    section = word.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin, section.bottom_margin = Cm(2.6), Cm(2.2)
    for name, size in (("Normal", 11), ("Heading 1", 18), ("Heading 2", 14), ("Heading 3", 12), ("Heading 4", 11)):
        style = word.styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        if name != "Normal":
            style.font.color.rgb, style.font.italic = DEEP, False
            style.paragraph_format.keep_with_next = True
            style.paragraph_format.space_before = Pt(12)
            style.paragraph_format.space_after = Pt(4)
    word.styles["Normal"].paragraph_format.space_after = Pt(6)
    for language in word.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)
    settings = word.settings.element
    for language in settings.iter(qn("w:themeFontLang")):
        language.set(qn("w:val"), LANGUAGE)


def _properties(word: Word, data: dict[str, Any], made_at: datetime) -> None:
    properties = word.core_properties
    properties.title, properties.author = data["title"][:LONGEST_PROPERTY], data["marac"][:LONGEST_PROPERTY]
    properties.subject = data["handling"][:LONGEST_PROPERTY]
    properties.language, properties.comments, properties.keywords = LANGUAGE, "", ""
    properties.last_modified_by, properties.revision = "", 1
    properties.created = properties.modified = made_at
    # The library's own small picture of an empty page says nothing and is left out.
    package = word.part.package
    for relation_id, relation in list(package.rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
            del package.rels[relation_id]


def _head_and_foot(word: Word, data: dict[str, Any]) -> None:
    section = word.sections[0]
    head = section.header.paragraphs[0]
    head.text = ""
    mark = head.add_run(data["handling"])
    mark.bold, mark.font.size = True, Pt(8.5)
    whose = section.header.add_paragraph()
    whose.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    line = whose.add_run(data["whose"])
    line.font.size, line.font.color.rgb = Pt(9), GREY
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for part, is_field in (("Page ", False), ("PAGE", True), (" of ", False), ("NUMPAGES", True)):
        if is_field:
            _field(foot, part)
        else:
            foot.add_run(part).font.size = Pt(8.5)


def _field(paragraph: Paragraph, code: str) -> None:
    """One of our own two fields, the number of the page and how many there are."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _sitting(word: Word, data: dict[str, Any]) -> None:
    _heading(word, data["title"], 1)
    _table(
        word,
        "The sitting",
        ("What", "The sitting"),
        [
            ("MARAC", data["marac"]),
            ("When", data["when"]),
            ("Where", data["venue"]),
            ("Chair", data["chair"]),
            ("Version", str(data["version"])),
            ("Approved", data["approved"] or "Not yet approved by the chair"),
            ("Copy for", data["copy_for"] or "The whole record"),
        ],
    )
    if data["about_version"]:
        word.add_paragraph(data["about_version"])
    if data["in_short"]:
        _heading(word, "In short", 2)
        word.add_paragraph(" ".join(data["in_short"]))
    _people(word, data)
    _heading(word, "Confidentiality", 2)
    _words(word, data["confidentiality_statement"])
    _heading(word, "Unfinished actions", 2)
    for title, actions in (("Overtaken by events", data["overtaken"]), ("Not done", data["not_done"])):
        _heading(word, title, 3)
        rows = [
            (one["case_number"], one["owner"], one["what"], one["due_on"], one["what_happened"] or "Not reported")
            for one in actions
        ]
        _table_or(word, "None.", title, ("Case", "Agency", "What", "By", "What happened"), rows)


def _people(word: Word, data: dict[str, Any]) -> None:
    columns = ("Name", "Agency", "Accepted confidentiality")
    _heading(word, "Who was there", 2)
    _table_or(word, "Nobody is recorded as present.", "Present", columns, [_person(one) for one in data["present"]])
    if data["observers"]:
        _heading(word, "Observers", 3)
        _table(word, "Observers", columns, [_person(one) for one in data["observers"]])
    if data["apologies"]:
        _heading(word, "Apologies", 3)
        _table(
            word,
            "Apologies",
            ("Name", "Agency", "Information sent"),
            [(one["name"], one["agency"], one["information_sent_on"] or "No") for one in data["apologies"]],
        )


def _person(one: dict[str, Any]) -> tuple[str, str, str]:
    name = f"{one['name']}, for {one['deputises_for']}" if one["deputises_for"] else one["name"]
    return name, one["agency"], "Yes" if one["accepted"] else "No"


def _case(word: Word, one: dict[str, Any]) -> None:
    _heading(word, f"Case {one['number']}: {one['who']}{' (repeat)' if one['is_repeat'] else ''}", 2)
    if one["put_off_because"] is not None:
        _words(word, f"Put off to a later sitting: {one['put_off_because']}")
        return
    _information(word, one)
    _heading(word, "The victim’s voice", 3)
    _words(word, one["victims_voice"] or NOTHING)
    _heading(word, "Risks", 3)
    risks = [(risk["to"], risk["words"]) for risk in one["risks"]]
    _table_or(word, NOTHING, f"Risks in {one['number']}", ("To", "What the risk is"), risks)
    _heading(word, "Actions", 3)
    actions = [(action["owner"], action["what"], action["due_on"]) for action in one["actions"]]
    none = f"No action: {one['no_action_because'] or NOTHING}"
    _table_or(word, none, f"Actions in {one['number']}", ("Agency", "What", "By"), actions)
    _heading(word, "Crimes disclosed", 3)
    crimes = [(crime["what"], crime["wish"]) for crime in one["crimes"]]
    columns = ("What was disclosed", "The victim’s wish about reporting")
    _table_or(word, NOTHING, f"Crimes disclosed in {one['number']}", columns, crimes)
    _heading(word, "Who tells the victim", 3)
    if one["teller"] is None:
        _words(word, f"Nobody: {one['nobody_tells_because'] or NOTHING}")
    else:
        _words(word, f"{one['teller']}. {one['tell_how'] or NOTHING}")


def _information(word: Word, one: dict[str, Any]) -> None:
    if not (one["information"] or one["nothing_known"] or one["no_answer"]):
        return
    _heading(word, "Information shared", 3)
    for part in one["information"]:
        _heading(word, part["agency"], 4)
        for fact in part["facts"]:
            _words(word, f"{fact['on']}: {fact['words']}" if fact["on"] else fact["words"], style=BULLET)
        for opinion in part["opinions"]:
            _words(word, f"Professional opinion: {opinion}", style=BULLET)
        if part["withheld"]:
            word.add_paragraph("Something was kept back.")
    if one["nothing_known"]:
        word.add_paragraph(f"Nothing known: {one['nothing_known']}.")
    if one["no_answer"]:
        word.add_paragraph(f"No answer came from {one['no_answer']}.")


def _heading(word: Word, text: str, level: int) -> None:
    _paragraph(word, text, f"Heading{level}")


def _words(word: Word, text: str, style: str | None = None) -> None:
    """Words of several lines: an empty line starts a paragraph, a line end stays a line end."""
    for part in _paragraphs(text):
        _paragraph(word, part, style)


def _paragraph(word: Word, text: str, style: str | None) -> None:
    """A paragraph with a style by its id: looked up by its name for each paragraph it takes most of the time that a file takes."""
    word.add_paragraph(text)._p.style = style


def _paragraphs(text: str) -> list[str]:
    found: list[list[str]] = [[]]
    for line in text.split("\n"):
        if line.strip():
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return ["\n".join(lines) for lines in found if lines] or [""]


def _table_or(word: Word, none: str, name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if rows:
        _table(word, name, columns, rows)
    else:
        _words(word, none)


def _table(word: Word, name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table with a name for screen readers, whose head is repeated on each page and whose rows are not cut in two."""
    table = word.add_table(rows=0, cols=len(columns))
    table.style, table.alignment = word.styles["Table Grid"], WD_TABLE_ALIGNMENT.LEFT
    _name(table, name)
    _row(table, columns, is_head=True)
    for row in rows:
        _row(table, row)
    word.add_paragraph()


def _name(table: Table, name: str) -> None:
    caption = OxmlElement("w:tblCaption")
    caption.set(qn("w:val"), name)
    table._tbl.tblPr.append(caption)


def _row(table: Table, texts: Sequence[str], *, is_head: bool = False) -> None:
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if is_head:
        properties.append(OxmlElement("w:tblHeader"))
    for cell, text in zip(row.cells, texts, strict=True):
        first, *more = _paragraphs(text)
        cell.paragraphs[0].add_run(first).bold = is_head or None
        for part in more:
            cell.add_paragraph(part)
