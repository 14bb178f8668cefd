from __future__ import annotations
from datetime import timedelta
import os
from sqlalchemy import event
from casework.access.permissions import Purpose as Why
from tests.factories import youth as made
from tests.factories.sharing import BASIC, EDUCATION, HARM, YoungPerson
from casework.contacts import operations as contacts
from casework.contacts.operations import NewContact, Wanted
from casework.consent.rules import Category
from tests.factories.sharing import OFFERED

OUT = "/tmp/shotsC"
def test_look(partnership, looker, address):
    os.makedirs(OUT, exist_ok=True)
    case_id = made.with_plan(partnership)
    rec = made.file_of(partnership, case_id)
    jamie = YoungPerson(partnership, case_id, rec.person.id)
    jamie.shares("school_nursing")
    jamie.shares("housing", BASIC)
    jamie.shares("police", BASIC, declared=HARM)
    made.action(partnership, case_id, None, days=3)
    other = made.opened(partnership, young_person={"given_names": "Casey", "family_name": "Moss", "date_of_birth": "2012-07-02"})
    made.asked(partnership, other)
    made.opened(partnership, young_person={})
    asked = jamie.asks("youth_service", EDUCATION, by="school_worker")
    jamie.delivers(asked.share_id)
    try:
        mine = made.opened(partnership, by="school_worker", young_person={"given_names": "Robin", "family_name": "Vale", "date_of_birth": "2011-07-02"})
        with partnership.acting("school_worker", Why.SUPPORT) as work:
            contacts.open_contact(work, new=NewContact(to_agency_id=partnership.agencies["youth_service"], about="young_person", topic="education", purpose="support_plan", words="A youth club.", locality=None, case_ids=(mine,), wanted=Wanted(categories=(Category.BASIC,), declared=OFFERED)))
    except Exception as e:
        print("contact", type(e), e, getattr(e, "errors", ""))
    partnership.now += timedelta(weeks=6, days=5)
    pages = {
        "youth_worker": ["/", f"/young-people/{case_id}", f"/young-people/{case_id}/who-knows", "/young-people", "/duties", f"/young-people/{case_id}/review", f"/young-people/{case_id}/invite", f"/young-people/{case_id}/assessment", f"/young-people/actions/{rec.actions[0].id}", f"/young-people/{case_id}/interventions", f"/shares/young-people/{case_id}", f"/young-people/{other}", "/shares", f"/young-people/{case_id}/close", f"/young-people/{case_id}/step-up"],
        "school_worker": ["/", f"/young-people/{case_id}", f"/young-people/{case_id}/who-knows"],
        "youth_manager": ["/"], "information_lead": ["/"], "group_chair": ["/"], "safeguarding_lead": ["/"],
    }
    for key, paths in pages.items():
        one = looker(key)
        for path in paths:
            for width in (1280, 360):
                one.page.set_viewport_size({"width": width, "height": 900})
                answer = one.page.goto(address + path)
                name = key + path.replace(str(case_id), "J").replace(str(other), "C").replace(str(rec.actions[0].id), "A").replace("/", "_")
                wide = one.page.evaluate("document.documentElement.scrollWidth")
                if width == 360 and wide > 360: print("SCROLLS", name, wide)
                if answer.status != 200: print("STATUS", name, answer.status)
                one.page.screenshot(path=f"{OUT}/{name}_{width}.png", full_page=True)
                if path.endswith("who-knows") and width == 1280:
                    one.page.emulate_media(media="print"); one.page.screenshot(path=f"{OUT}/{name}_print.png", full_page=True); one.page.emulate_media(media="screen")
        print(key, one.complaints)
