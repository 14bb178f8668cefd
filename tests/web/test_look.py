"""The page shell on a bare Flask app, without a database: headers, error pages, forms, components, and what hostile text does to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import jinja2
import pytest
from flask import Flask, abort, flash, render_template_string
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from casework.errors import Conflict, FieldError, Invalid, NotAllowed, NotFound
from casework.web import charts, family, headers, pages, wording
from casework.web.components_page import EXAMPLE
from casework.web.forms.fields import Day, LongText, Mistake, Text
from casework.web.forms.form import Form
from tests.web.page_rules import check

HOSTILE = """"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}' onmouseover='x"""


@dataclass(frozen=True)
class Settings:
    """The two settings that the shell reads."""

    demonstration: bool = True
    base_url: str = "http://casework.example.gov.uk"


def bare_app(settings: Settings | None = None) -> Flask:
    """An app with nothing but the shell and some routes that refuse."""
    app = Flask("bare")
    app.secret_key = "a secret of the tests, thirty-two characters"
    pages.init(app, settings=settings or Settings())

    @app.get("/cases/<record>")
    def case(record: str) -> str:
        raise (
            NotAllowed("You have no standing in this case.")
            if record == "theirs"
            else NotFound("There is no such case.")
        )

    @app.get("/cases")
    def cases() -> str:
        raise NotAllowed("Operators cannot open cases.")

    @app.get("/signed-in")
    def signed_in() -> str:
        pages.frame_for(
            pages.Frame(
                partnership="South Staffordshire MARAC",
                person=HOSTILE,
                sign_out="/sign-out",
                navigation=(pages.NavigationLink("Home", "/", current=True), pages.NavigationLink(HOSTILE, "/inbox")),
            )
        )
        flash("Sent to 15 agencies.", "success")
        flash(HOSTILE)
        flash("The list is late.", "warning")
        return render_template_string(
            "{% set title = 'Home' %}{% extends 'base.html' %}{% block content %}<p>Here</p>{% endblock %}"
        )

    @app.get("/wrong/<int:status>")
    def wrong(status: int) -> str:
        abort(status)

    @app.get("/conflict")
    def conflict() -> str:
        raise Conflict("The list has gone out already.")

    @app.get("/invalid")
    def invalid() -> str:
        raise Invalid([FieldError("due", "The date must be after today")])

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("Leanne Whitfield, 14 Elm Road")

    @app.get("/typo")
    def typo() -> str:
        return render_template_string("Dear {{ persn }}")

    return app


@pytest.fixture
def client() -> Iterator[FlaskClient]:
    """A browser before sign-in, in demonstration mode."""
    with bare_app().test_client() as client:
        yield client


class TestEveryAnswer:
    """Whatever is answered carries the headers that keep a victim's page where it belongs."""

    @pytest.mark.parametrize(
        "path", ["/signed-in", "/cases/theirs", "/cases", "/nowhere", "/wrong/503", "/conflict", "/look/none.css"]
    )
    def test_is_not_stored_not_framed_and_loads_nothing_from_elsewhere(self, client: FlaskClient, path: str) -> None:
        response = client.get(path)
        assert response.headers["Cache-Control"] == "no-store"
        policy = dict(part.split(" ", 1) for part in response.headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert {policy[name] for name in ("script-src", "style-src", "font-src", "form-action", "connect-src")} == {
            "'self'"
        }
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "geolocation=()" in response.headers["Permissions-Policy"]

    def test_holds_browsers_to_https_where_the_service_has_it(self) -> None:
        with bare_app(Settings(base_url="https://casework.example.gov.uk")).test_client() as secure:
            assert "max-age=31536000" in secure.get("/nowhere").headers["Strict-Transport-Security"]
        with bare_app().test_client() as plain:
            assert "Strict-Transport-Security" not in plain.get("/nowhere").headers

    def test_of_signing_out_tells_the_browser_to_forget(self) -> None:
        app = bare_app()
        with app.test_request_context():
            assert (
                headers.clear_site_data(app.make_response("")).headers["Clear-Site-Data"]
                == '"cache", "cookies", "storage"'
            )


class TestStaticFiles:
    """The look may be kept by browsers; it holds nothing about anybody."""

    def test_are_kept_a_year_by_their_hash_and_a_day_without(self, client: FlaskClient) -> None:
        page = client.get("/signed-in").get_data(as_text=True)
        found = re.search(r'href="(/look/icon\.svg\?v=[0-9a-f]{16})"', page)
        assert found
        kept = client.get(found[1])
        assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert client.get("/look/icon.svg?v=0000000000000000").headers["Cache-Control"] == "public, max-age=86400"

    def test_are_sent_compressed_to_who_can_read_it(self, client: FlaskClient) -> None:
        plain = client.get("/look/icon.svg")
        small = client.get("/look/icon.svg", headers={"Accept-Encoding": "gzip, br"})
        assert "Content-Encoding" not in plain.headers
        assert small.headers["Content-Encoding"] == "gzip"
        assert small.headers["Vary"] == "Accept-Encoding"

    def test_outside_the_folder_are_not_found(self, client: FlaskClient) -> None:
        assert client.get("/look/../pages.py").status_code == 404
        assert client.get("/look/..%2fassets/app.js", headers={"Accept-Encoding": "gzip"}).status_code == 404


class TestRefusals:
    """Every refusal is a page in plain words, and a record that is closed to somebody looks as if it did not exist."""

    def test_of_a_record_are_the_same_bytes_as_a_record_that_is_not_there(self, client: FlaskClient) -> None:
        theirs, absent, nowhere = client.get("/cases/theirs"), client.get("/cases/absent"), client.get("/never/was")
        assert theirs.status_code == absent.status_code == nowhere.status_code == 404
        assert theirs.data == absent.data == nowhere.data
        assert sorted(theirs.headers) == sorted(absent.headers)
        assert b"standing" not in theirs.data

    def test_of_a_whole_part_say_that_it_is_the_role(self, client: FlaskClient) -> None:
        response = client.get("/cases")
        assert response.status_code == 403
        assert "Operators cannot open cases." in response.get_data(as_text=True)

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503])
    def test_have_a_page_of_their_own_with_what_to_do_next(self, client: FlaskClient, status: int) -> None:
        response = client.get(f"/wrong/{status}")
        assert response.status_code == status
        page = check(response)
        assert page.headings[-1] == (2, "What to do next")
        assert page.headings[0][1] + " – Casework" == page.title

    def test_that_we_have_no_words_for_are_told_as_their_family(self, client: FlaskClient) -> None:
        response = client.get("/wrong/418")
        assert response.status_code == 418
        assert "This could not be read" in response.get_data(as_text=True)
        assert "teapot" not in response.get_data(as_text=True)

    def test_of_a_way_of_asking_say_which_ways_there_are(self, client: FlaskClient) -> None:
        response = client.post("/conflict")
        assert response.status_code == 405
        assert "GET" in response.headers["Allow"]

    def test_of_the_domain_say_what_stands_in_the_way(self, client: FlaskClient) -> None:
        conflict, invalid = client.get("/conflict"), client.get("/invalid")
        assert (conflict.status_code, invalid.status_code) == (409, 422)
        assert "The list has gone out already." in conflict.get_data(as_text=True)
        assert "The date must be after today" in invalid.get_data(as_text=True)

    def test_come_as_json_to_the_script_that_saves_as_you_type(self, client: FlaskClient) -> None:
        response = client.get("/conflict", headers={"Accept": "application/json"})
        assert response.get_json() == {
            "message": "Somebody has changed this",
            "details": ["The list has gone out already."],
        }

    def test_for_a_fault_of_ours_never_tell_what_was_in_the_exception(self, client: FlaskClient) -> None:
        response = client.get("/broken")
        assert response.status_code == 500
        assert "Leanne" not in response.get_data(as_text=True)
        check(response)

    def test_are_given_even_when_the_page_itself_cannot_be_made(self) -> None:
        app = bare_app()
        app.jinja_env.loader = jinja2.DictLoader({})
        with app.test_client() as client:
            response = client.get("/broken")
        assert response.status_code == 500
        assert response.get_data(as_text=True).startswith("Something went wrong here.")


class TestTheShell:
    """What stands around every page."""

    def test_shows_where_one_is_and_who_one_is(self, client: FlaskClient) -> None:
        response = client.get("/signed-in")
        check(response)
        html = response.get_data(as_text=True)
        assert "South Staffordshire MARAC" in html
        assert 'action="/sign-out"' in html
        assert 'aria-current="page"' in html
        assert html.index("Skip to main content") < html.index("Demonstration: invented people")

    def test_says_what_was_done_and_shouts_only_what_matters(self, client: FlaskClient) -> None:
        html = client.get("/signed-in").get_data(as_text=True)
        assert "Sent to 15 agencies." in html
        assert html.count('role="status"') == 2
        assert html.count('role="alert"') == 1

    def test_escapes_hostile_names_messages_and_links(self, client: FlaskClient) -> None:
        html = client.get("/signed-in").get_data(as_text=True)
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "49" not in html

    def test_marks_the_demonstration_and_only_the_demonstration(self, client: FlaskClient) -> None:
        assert "Demonstration: invented people" in client.get("/nowhere").get_data(as_text=True)
        with bare_app(Settings(demonstration=False)).test_client() as real:
            assert "Demonstration" not in real.get("/nowhere").get_data(as_text=True)
            assert real.get("/demo/components").status_code == 404

    def test_refuses_a_template_that_names_what_is_not_there(self) -> None:
        app = bare_app()
        app.testing = True
        with app.test_client() as client, pytest.raises(jinja2.UndefinedError):
            client.get("/typo")

    def test_borrows_neither_the_crown_nor_the_name_of_gov_uk(self, client: FlaskClient) -> None:
        html = client.get("/demo/components").get_data(as_text=True)
        assert "crown" not in html.lower()
        assert "GOV.UK" not in html


def _given(**answers: str | list[str]) -> MultiDict[str, str]:
    return MultiDict({name.replace("__", "-"): given for name, given in answers.items()})


RIGHT = {
    "given_name": "Zoë",
    "born__day": "27",
    "born__month": "march",
    "born__year": "1992",
    "reasons": "He said:\r\n“I know where you are.”",
    "aware": "yes",
    "agency": "housing",
    "calls": "1,204",
    "time": "9.30",
}


class TestAForm:
    """What somebody typed is read strictly, and shown again exactly."""

    def test_that_is_right_gives_values_of_the_right_kind(self) -> None:
        answers = EXAMPLE.read(_given(**RIGHT | {"calls": "204"}, routes=["judgement", "visible"]))
        assert answers.ok, answers.errors
        assert answers.values["born"] == date(1992, 3, 27)
        assert answers.values["time"] == time(9, 30)
        assert answers.values["calls"] == 204
        assert answers.values["routes"] == ("visible", "judgement")
        assert answers.values["reasons"] == "He said:\n“I know where you are.”"
        assert answers.values["children"] == ({"name": "", "born": None},)

    def test_that_is_empty_names_every_question_that_must_be_answered_in_order_with_its_box(self) -> None:
        answers = EXAMPLE.read(_given())
        assert [error.get("href") for error in answers.errors] == [
            "#given_name",
            "#born-day",
            "#reasons",
            "#aware",
            "#agency",
            "#calls",
            "#time",
        ]
        assert not answers.ok

    @pytest.mark.parametrize(
        ("day", "box"),
        [
            (("", "3", "1992"), "day"),
            (("31", "2", "1992"), "day"),
            (("0", "2", "1992"), "day"),
            (("٣", "2", "1992"), "day"),
            (("1", "13", "1992"), "month"),
            (("1", "lune", "1992"), "month"),
            (("1", "3", "92"), "year"),
            (("1", "3", "1492"), "year"),
            (("9" * 5000, "3", "1992"), "day"),
        ],
    )
    def test_marks_the_box_of_a_date_that_is_wrong(self, day: tuple[str, str, str], box: str) -> None:
        with pytest.raises(Mistake) as mistake:
            Day(name="born", label="Date of birth").value(day)
        assert mistake.value.part == box

    def test_refuses_a_choice_that_was_not_offered(self) -> None:
        answers = EXAMPLE.read(_given(**RIGHT | {"aware": "'; drop table", "agency": "press", "routes": "bribe"}))
        assert {"aware", "agency", "routes"} <= set(answers.mistakes)
        assert not {"aware", "agency", "routes"} & set(answers.values)

    def test_refuses_what_does_not_fit_and_says_by_how_much(self) -> None:
        answers = Form(
            LongText(name="words", label="Which words?", called="Words", limit=10),
            Text(name="line", label="Line", limit=3),
        ).read(_given(words="x" * 12, line="four"))
        assert [error["text"] for error in answers.errors] == [
            "Words must be 10 characters or fewer: it is 2 too long",
            "Line must be 3 characters or fewer",
        ]

    def test_drops_control_characters_that_a_database_cannot_keep(self) -> None:
        answers = Form(LongText(name="words", label="Words")).read(_given(words="a\x00b\x1b\ud800c\td\n\ne"))
        assert answers.values["words"] == "abcd\n\ne"

    def test_is_shown_again_exactly_as_typed_with_each_mistake_at_its_box(self, client: FlaskClient) -> None:
        typed = "\n  first line\n  <b>second</b>\n\nlast & done  "
        response = client.post(
            "/demo/components", data={"reasons": typed, "born-day": "31", "born-month": "2", "born-year": "1992"}
        )
        page = check(response)
        assert page.title.startswith("Error: ")
        area = re.search(r"<textarea[^>]*id=\"reasons\"[^>]*>(.*?)</textarea>", page.html, re.DOTALL)
        assert area
        shown = area[1].removeprefix("\n")
        assert jinja2.filters.do_striptags(shown) is not None
        assert shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == typed
        assert 'value="31"' in page.html
        assert 'href="#born-day"' in page.html
        assert 'id="born-error"' in page.html

    def test_shows_hostile_text_as_text(self, client: FlaskClient) -> None:
        data = dict.fromkeys(
            ("given_name", "reasons", "calls", "time", "born-day", "children-0-name", "aware"), HOSTILE
        )
        html = check(client.post("/demo/components", data=data | {"children-count": "1"})).html
        assert "<script>alert" not in html
        assert "<img src=x" not in html

    def test_never_shows_a_password_again(self, client: FlaskClient) -> None:
        assert "hunter2" not in client.post("/demo/components", data={"password": "hunter2"}).get_data(as_text=True)

    def test_takes_over_what_the_domain_found_wrong_and_loses_none_of_it(self) -> None:
        form = Form(
            Text(name="given_name", label="Given name", path="victim.given_name"), EXAMPLE.rows_named("children")
        )
        answers = form.read(_given(given_name="Ana", children__count="2", children__1__name="Bo"))
        answers.refused(
            Invalid(
                [
                    FieldError("victim.given_name", "Give the name that police know"),
                    FieldError("children.1.name", "Give the child's whole name"),
                    FieldError("elsewhere", "The cut-off has passed"),
                ]
            )
        )
        assert answers.errors == [
            {"text": "Give the name that police know", "href": "#given_name"},
            {"text": "Give the child's whole name", "href": "#children-1-name"},
            {"text": "The cut-off has passed"},
        ]

    def test_that_was_kept_as_a_draft_comes_back_as_typed_without_its_password(self) -> None:
        given = _given(
            **RIGHT | {"born__day": "31", "born__month": "2"},
            password="secret",
            children__count="2",
            children__1__name="Bo",
        )
        draft = EXAMPLE.read(given).typed()
        assert "secret" not in str(draft)
        again = EXAMPLE.again(draft)
        assert again["born"].raw == ("31", "2", "1992")
        assert again["children-1-name"].raw == "Bo"
        assert not again.errors

    def test_is_filled_from_what_is_stored(self) -> None:
        answers = EXAMPLE.blank(
            {
                "born": date(1992, 3, 27),
                "time": time(9, 5),
                "routes": ["visible"],
                "children": [{"name": "Bo"}, {"name": "Cy"}],
            }
        )
        assert answers["born"].raw == ("27", "3", "1992")
        assert answers["time"].raw == "09:05"
        assert [row.questions[0].raw for row in answers.rows("children")] == ["Bo", "Cy"]


class TestRepeatedParts:
    """Children and perpetrators are added and taken away without a script, and nothing typed is lost on the way."""

    def test_grow_by_one_keeping_what_was_typed_and_telling_no_mistakes_yet(self, client: FlaskClient) -> None:
        page = check(
            client.post("/demo/components", data={"add": "children", "children-count": "1", "children-0-name": "Bo"})
        )
        assert 'name="children-1-name"' in page.html
        assert 'value="Bo"' in page.html
        assert "There is a problem" not in page.html

    def test_shrink_by_the_one_that_was_named_and_the_later_ones_move_up(self) -> None:
        given = _given(
            children__count="3",
            children__0__name="Ana",
            children__1__name="Bo",
            children__2__name="Cy",
            remove="children-1",
        )
        given["children-2-born-year"] = "2019"
        rows = EXAMPLE.read(given).rows("children")
        assert [row.questions[0].raw for row in rows] == ["Ana", "Cy"]
        assert rows[1].questions[1].raw == ("", "", "2019")

    def test_never_fall_below_the_least_nor_rise_above_the_most(self) -> None:
        assert len(EXAMPLE.read(_given(children__count="1", remove="children-0")).rows("children")) == 1
        assert len(EXAMPLE.read(_given(children__count="4", add="children")).rows("children")) == 4
        assert len(EXAMPLE.read(_given(children__count="999999999")).rows("children")) == 1
        assert len(EXAMPLE.read(_given(children__count="999")).rows("children")) == 4

    def test_leave_out_a_row_in_which_nothing_was_typed(self) -> None:
        answers = EXAMPLE.read(
            _given(**RIGHT | {"calls": "2"}, children__count="3", children__0__name="Ana", children__2__name="Cy")
        )
        assert [row["name"] for row in answers.values["children"]] == ["Ana", "Cy"]


class TestWords:
    """The same moment reads the same everywhere, in London's time."""

    def test_say_dates_and_times_as_people_do(self) -> None:
        summer = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
        assert wording.moment_words(summer) == "Wednesday 1 July, 09:30"
        assert wording.date_words(datetime(2026, 6, 30, 23, 30, tzinfo=UTC), year=True) == "Wednesday 1 July 2026"
        assert wording.short_date(date(2026, 12, 9)) == "9 Dec"
        assert wording.machine_time(summer) == "2026-07-01T09:30:00+01:00"
        with pytest.raises(ValueError, match="time zone"):
            wording.clock_time(datetime(2026, 7, 1))  # noqa: DTZ001 - the mistake that is tested

    @pytest.mark.parametrize(
        ("length", "words"),
        [
            (timedelta(seconds=59), "under a minute"),
            (timedelta(minutes=1), "1 minute"),
            (timedelta(hours=22, minutes=50), "22 hours"),
            (timedelta(hours=47), "47 hours"),
            (timedelta(days=2), "2 days"),
        ],
    )
    def test_say_how_long(self, length: timedelta, words: str) -> None:
        assert wording.length_words(length) == words

    def test_count_with_the_right_noun(self) -> None:
        assert [wording.plural(n, "case") for n in (0, 1, 16, 3000)] == ["0 cases", "1 case", "16 cases", "3,000 cases"]
        assert wording.plural(2, "person", "people") == "2 people"
        assert [wording.working_days(n) for n in (-1, 0, 6)] == ["1 working day ago", "today", "in 6 working days"]


class TestTheFamilyPicture:
    """Who is related to whom: a picture for those who see it, the same in a table for everybody."""

    MEMBERS = (
        family.Member(key="c", name="Siân", part="child", words="10"),
        family.Member(key="p", name="Piotr", part="perpetrator"),
        family.Member(key="v", name=HOSTILE, part="victim"),
    )

    def test_says_in_the_table_all_that_is_drawn(self) -> None:
        html = family.family_picture(
            self.MEMBERS,
            (family.Tie(of="p", to="v", words="ex-partner"), family.Tie(of="c", to="p", words="daughter")),
            key="f",
        )
        assert re.findall(r'<th scope="row"[^>]*>([^<]*)</th>', html)[1:] == ["Piotr", "Siân"]
        assert "daughter of Piotr" in html
        assert "Child, 10" in html
        assert html.count("app-family__tie") == 2
        assert "<script>alert" not in html

    def test_leaves_out_a_tie_to_somebody_who_may_not_be_seen(self) -> None:
        html = family.family_picture(self.MEMBERS, (family.Tie(of="c", to="somebody", words="son"),), key="f")
        assert "app-family__tie" not in html
        assert "No relationships are known." in html
        assert "son of" not in html


class TestCharts:
    """A drawing is never alone: its figures are said in words and stand in a table."""

    POINTS = (charts.Point("Police", 12), charts.Point(HOSTILE, 3, "3 of 15"))

    @pytest.mark.parametrize("draw", [charts.bar_chart, charts.line_chart])
    def test_come_with_their_figures_in_a_table(self, draw: object) -> None:
        html = draw(self.POINTS, key="k", title="Answers", of="Agency", figure="Answered")  # type: ignore[operator]
        assert re.search(r"<caption[^>]*>Answers</caption>", html)
        assert re.search(r'<th[^>]*scope="row"[^>]*>Police</th>', html)
        assert "3 of 15" in html
        assert "<script>" not in html
        assert " style=" not in html

    def test_say_what_a_line_shows_to_who_cannot_see_it(self) -> None:
        html = charts.line_chart(
            self.POINTS, key="k", title="Answers", of="Agency", figure="Answered", mark=charts.Point("usual", 9)
        )
        assert '<title id="k-title">Answers</title>' in html
        assert "Police: 12" in html
        assert 'aria-labelledby="k-title k-words"' in html

    @pytest.mark.parametrize("draw", [charts.bar_chart, charts.line_chart])
    def test_say_so_when_there_is_nothing_to_draw(self, draw: object) -> None:
        assert (
            draw((), key="k", title="Answers", of="Agency", figure="Answered")
            == '<p class="govuk-body">No figures yet.</p>'
        )  # type: ignore[operator]

    def test_draw_nothing_and_everything_without_dividing_by_nought(self) -> None:
        assert 'width="0"' in charts.share_bar(0, 0)
        assert 'width="200' in charts.share_bar(20, 17)
        assert "6 in all" in charts.sparkline((0, 0), words="6 in all")
        assert "<svg" in charts.line_chart((charts.Point("Now", 0),), key="k", title="t", of="o", figure="f")
