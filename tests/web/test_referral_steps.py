"""The steps of a referral and its document say the same, either way; and a draft is its writer's alone below the pages too."""

from __future__ import annotations

from datetime import date

import pytest

from casework.access.permissions import Purpose
from casework.errors import Conflict, NotAllowed, NotFound
from casework.referral_format import parse
from casework.referrals import operations, queries
from casework.web.forms.checklist import pack
from casework.web.forms.referral_document import document_of, judged, question_for, values_of
from casework.web.forms.referring import STEPS
from tests.factories.partnership import APartnership
from tests.factories.referrals import LEANNE, PIOTR, SIAN, a_document, dash, submitted

TODAY = date(2026, 11, 23)


class TestStepsAndDocument:
    def test_nothing_is_lost_either_way(self) -> None:
        aliases = [
            {"given_names": "Anna", "family_name": "van Dijk"},
            {"given_names": "Leanne", "family_name": "Marsh"},
        ]
        victim = {
            **LEANNE,
            "aliases": aliases,
            "interpreter": "Polish",
            "safe_to_talk_to": ["her sister"],
            "second_safe_contact": {"name": "Bea", "relationship": "friend", "phone": "07700 900111", "words": "Knows"},
            "language": "Polish",
            "communication_needs": "Large print",
            "tenure": "council",
            "landlord": "Vale Homes",
            "gp_surgery": "Codsall",
            "no_recourse_to_public_funds": "no",
            "wishes": "To stay in her home.\nTo be left alone.",
            "police_contact": {"wish": "already_reported", "words": "Last week"},
        }
        perpetrator = {**PIOTR, "occupation": "Gamekeeper", "aliases": aliases[:1]}
        checklist = {**dash(16, completed_on=TODAY), "sources": {"3": "her son"}, "details": {"3": "The worst"}}
        document = a_document(
            TODAY,
            victim=victim,
            perpetrators=[perpetrator],
            children=[{**SIAN, "school": "St Mary"}],
            dash=checklist,
            routes=["visible_high_risk", "repeat"],
            victim_aware=False,
            not_aware_reason="He reads her messages.",
            consent="not_sought",
            without_consent={"purpose": "p", "lawful_basis": "b", "why_proportionate": "w"},
            earlier_maracs=[{"area": "Moor", "on": "2025-01-02", "reference": "M-1"}],
        )
        document["most_recent_incident"] |= {"kind": "violence", "crime_reference": "CR/1"}
        before = parse(document, received_today=TODAY, known_agencies=["police"])
        values = values_of(before.to_document())
        typed = {step: form.blank(values[step]).typed() for step, (_, form) in STEPS.items()}
        forms = {step: form for step, (_, form) in STEPS.items()}
        forms["who"] = forms["who"].with_options(agency=[("police", "Police")])
        again = document_of({step: judged(forms[step], typed[step]).values for step in STEPS})
        sent = {key: document[key] for key in ("format", "reference", "received_on", "referrer")}
        assert parse({**again, **sent}, received_today=TODAY, known_agencies=["police"]) == before

    @pytest.mark.parametrize(
        ("path", "place"),
        [
            ("victim.date_of_birth", ("who", "born-day")),
            ("victim.address", ("who", "address")),
            ("victim.safe_contact", ("safe-contact", "channel")),
            ("victim.safe_contact.words", ("safe-contact", "words")),
            ("perpetrators", ("who", "perpetrators")),
            ("perpetrators[1].address.postcode", ("who", "perpetrators-1-postcode")),
            ("perpetrators.date_of_birth", ("who", "perpetrators")),
            ("children[0].given_names", ("children", "children-0-given_names")),
            ("dash.answers.14", ("checklist", "a14")),
            ("most_recent_incident", ("routes", "incident_on-day")),
            ("without_consent.purpose", ("safe-contact", "purpose")),
            ("nobody.knows", ("who", "")),
        ],
    )
    def test_each_field_has_its_box(self, path: str, place: tuple[str, str]) -> None:
        assert question_for(path) == place

    def test_every_question_of_the_checklist_is_asked(self) -> None:
        assert len(pack().items) == 24


class TestADraft:
    def test_is_its_writers_alone(self, partnership: APartnership) -> None:
        with partnership.acting("referrer", Purpose.REFERRING) as work:
            draft = operations.save_draft(
                work, document={"victim": dict(LEANNE)}, referrer_agency_id=partnership.agencies["police"]
            )
        for key in ("midwife", "coordinator", "police"):
            with pytest.raises(NotFound), partnership.acting(key, Purpose.REFERRING) as work:
                queries.draft(work, referral_id=draft)
            with pytest.raises(NotFound), partnership.acting(key, Purpose.REFERRING) as work:
                operations.save_draft(
                    work,
                    document={},
                    referrer_agency_id=partnership.actor_of(key).agency_id or partnership.police,
                    draft_id=draft,
                )
        with pytest.raises(NotFound), partnership.acting("coordinator", Purpose.TRIAGE) as work:
            queries.referral_record(work, referral_id=draft)
        with partnership.acting("referrer", Purpose.REFERRING) as work:
            assert queries.draft(work, referral_id=draft).kept["victim"]["given_names"] == "Leanne"

    def test_is_none_any_more_once_sent(self, partnership: APartnership) -> None:
        sent = submitted(partnership)
        with pytest.raises(Conflict), partnership.acting("referrer", Purpose.REFERRING) as work:
            queries.draft(work, referral_id=sent)
        with pytest.raises(Conflict), partnership.acting("referrer", Purpose.REFERRING) as work:
            operations.save_draft(work, document={}, referrer_agency_id=partnership.police, draft_id=sent)

    def test_is_not_begun_without_a_signed_protocol(self, partnership: APartnership) -> None:
        agency_id = partnership.agencies["education"]
        with pytest.raises(NotAllowed), partnership.acting("education", Purpose.REFERRING) as work:
            operations.save_draft(work, document={}, referrer_agency_id=agency_id)
