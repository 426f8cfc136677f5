import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.conftest import NOW
from tests.desks import at_desk
from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.models import AccessEvent, Evaluation, LabResult, Proposal, Regimen
from tracking.services import regimens

pytestmark = pytest.mark.django_db


def test_the_page_gives_the_verdict_with_its_reasons_in_words_and_its_sources(desk, full_record, address):
    text = desk.get(address(full_record)).text
    for said in (
        "Below the floor: estradiol 14.0 pg/mL on 23 Oct (LC-MS/MS); floor 16.0 pg/mL.",
        "is below the floor of 16.0 pg/mL while he is on anastrozole",
        "Mellstrom D",
        "Clears: An estradiol of",
        "No body has validated an estradiol treatment floor",
        "off-label",
        "ask for its LSC",
    ):
        assert said in text


def test_the_page_shows_labs_regimens_doses_scans_due_items_and_who_read(desk, full_record, address):
    text = re.sub(r"\s+", " ", desk.get(address(full_record)).text)
    for said in (
        "<b>&lt;24</b> pg/mL",
        'immunoassay<span class="quiet">read on the report by staff, LLOQ 24</span>',
        "11.3 to 43.2 pg/mL",
        "indeterminate",
        "every 3.5 days",
        "tenderness",
        "0.5 mg",
        "Lumbar spine",
        "0.968 g/cm2",
        "the facility&#x27;s error is not recorded",
        "patient page",
        "Invented Clinic",
        "he himself",
        "Dr. Bell",
        "23 Oct 2026 11:00",
    ):
        assert said in text, said


def test_its_first_card_says_what_he_takes_and_what_is_due_first(desk, full_record, bell, address):
    planned = {"schedule": {"kind": "every", "days": "7"}, "starts_on": (NOW + timedelta(days=9)).date(), "reason": "low"}
    regimens.start(
        patient=full_record, by=bell, now=NOW, origin=Origin.PRESCRIBED, drug="testosterone_cypionate", dose_mg="100", **planned
    )
    card = desk.get(address(full_record)).text.partition('class="takes"')[2].partition("</section>")[0]
    takes, due = card.split("</ul>")[0], re.findall(r"</b> ([^<]+)\n", card.partition("Next due")[2])
    assert re.sub(r"<[^>]+>", "", takes).strip("> ") == "Anastrozole 0.5 mg every 3.5 days, 1 mg a week"
    assert due[:2] == ["Estradiol and testosterone", "DXA scan"]
    assert len(due) == 4
    assert re.search(r"All \d+ that are due", card)
    whole = section(desk.get(address(full_record)).text, "due")
    assert re.search(r'href="/admin/rulebook/#monitoring\.[a-z_]+">its rule<', whole)
    assert not re.search(r">[a-z]+\.[a-z_]+<", whole), "no rule is named by its code"


def test_nobody_elses_record_is_on_the_page(desk, full_record, carl, bell, address):
    from tracking.domain.actor import Actor
    from tracking.services import labs

    labs.record(
        patient=carl,
        by=Actor.user(carl.user_id),
        now=NOW,
        analyte="estradiol",
        value="77.7",
        unit="pg/mL",
        collected_at="2026-10-01",
        confirmed_reason="checked",
    )
    assert "77.7" not in desk.get(address(full_record)).text


def test_opening_a_page_notes_one_visit(desk, full_record, address, see, dr_bell):
    for _ in range(3):
        desk.get(address(full_record))
    desk.get(address(full_record, "history"))
    visits = see(AccessEvent, patient=full_record)
    assert [(visit.user_id, visit.through, visit.what, visit.at) for visit in visits] == [
        (dr_bell.pk, "admin", "patient page", NOW)
    ]


def test_a_longer_record_costs_no_more_queries(desk, full_record, many_labs, address):
    desk.get(address(full_record))
    with CaptureQueriesContext(connection) as short:
        desk.get(address(full_record))
    many_labs(full_record, 30)
    with CaptureQueriesContext(connection) as long:
        desk.get(address(full_record))
    assert (len(short), len(long)) == (45, 45)


def test_an_empty_record_says_so_everywhere(desk, in_care, adam, address):
    text = desk.get(address(adam)).text
    for said in (
        *("No estradiol is on record", "No result is on record.", "No regimen is on record.", "No dose is logged."),
        *("No check-in is on record.", "None is on record.", "Nothing is on record."),
    ):
        assert said in text
    assert "verdict-no_current_data" in text


def test_the_titration_ledger_is_read_on_the_page_and_leads_to_proposing_and_deciding(desk, full_record, bell, see, address):
    from tracking.domain.actor import Actor
    from tracking.services import titration

    himself = Actor.user(full_record.user_id)
    titration.request(patient=full_record, by=himself, now=NOW, words="My knees <hurt>.")
    regimen = str(see(Regimen, patient=full_record)[0].uid)
    half = {"ask": "change", "regimen": regimen, "from_date": NOW.date(), "plan": {"dose_mg": "0.25"}, "reason": "low twice"}
    told = titration.propose(patient=full_record, by=bell, now=NOW, **half)
    decision = {"evaluation": told.evaluation.uid, "reason": "14.0, settled", "typed_weekly": "0.5"}
    titration.confirm(patient=full_record, uid=told.row.uid, by=bell, now=NOW, **decision)
    section = desk.get(address(full_record)).text.partition('id="titration"')[2].partition("</section>")[0]
    text = re.sub(r"\s+", " ", section)
    for said in (
        "Anastrozole: 0.5 mg every 3.5 days → 0.25 mg every 3.5 days",
        "confirmed",
        "Dr. Bell: low twice",
        "Dr. Bell: 14.0, settled",
        "14.0 pg/mL (LC-MS/MS), 23 Oct 2026, testosterone 751 ng/dL",
        "No usable result after it yet: the recheck is due on 14 Dec.",
        "he asked: <bdi>My knees &lt;hurt&gt;.</bdi>",
        "requested",
    ):
        assert said in text, said
    assert not re.search(r"<(form|button|input)\b", section)
    (asked,) = see(Proposal, patient=full_record, state="requested")
    changed = see(Regimen, patient=full_record)[-1]
    for page, named in (
        ("propose_start", {}),
        *((page, {"regimen_uid": changed.uid}) for page in ("propose_change", "propose_product", "propose_stop")),
        ("decline", {"proposal_uid": asked.uid}),
    ):
        assert f'href="{address(full_record, page, **named)}"' in section, page


def test_long_tables_are_paged(desk, full_record, many_labs, address):
    many_labs(full_record, 45)
    page = address(full_record)
    assert "1 to 40 of 49" in desk.get(page).text
    assert "41 to 49 of 49" in desk.get(page, {"labs": "2"}).text
    assert "41 to 49 of 49" in desk.get(page, {"labs": "999"}).text
    assert "1 to 40 of 49" in desk.get(page, {"labs": "<x>"}).text


def test_fractures_and_risk_factors_are_on_the_page(desk, full_record, bell, address):
    from tracking.services import bone

    said = {"patient": full_record, "by": bell, "now": NOW}
    bone.record_fracture(**said, site="vertebra", occurred_at="2026-09", fragility=True)
    bone.record_risk_factor(**said, code="smoking")
    text = desk.get(address(full_record)).text
    assert "vertebra, Sep 2026, after little force" in text
    assert "Smoking, stated by Dr. Bell" in text


def section(text: str, name: str) -> str:
    return text.partition(f'id="{name}"')[2].partition("</section>")[0]


def test_what_he_says_of_himself_is_on_the_page(desk, full_record, bell, address):
    from tracking.services import bone, checkin, drug_uses, lifestyle

    said = {"patient": full_record, "now": NOW}
    himself = Actor.user(full_record.user_id)
    checkin.record(**said, by=himself, code="joint_pain", score=7, felt_at="2026-11-01")
    drug_uses.record(**said, by=himself, drug="biotin", note="for his hair")
    measure = {"code": "resistance", "unit": "min/week"}
    lifestyle.record(**said, by=himself, **measure, value="60", since=date(2026, 1, 1))
    lifestyle.record(**said, by=bell, **measure, value="120.0", since=date(2026, 6, 1))
    bone.record_risk_factor(**said, by=bell, code="liver_disease", since=date(2020, 1, 1), note="fatty liver")
    text = desk.get(address(full_record)).text
    assert "Joint pain" in section(text, "symptoms")
    assert "he himself" in section(text, "symptoms")
    assert "for his hair" in section(text, "uses")
    assert "not known" in section(text, "uses")
    about_bone = section(text, "bone")
    assert "120.0 min/week" in about_bone
    assert "60 min/week" not in about_bone
    counted, _, kept = about_bone.partition("Other conditions, not counted")
    assert "Liver disease since 1 Jan 2020, stated by Dr. Bell" in kept
    assert "Liver disease" not in counted
    assert "fatty liver" in kept


def test_a_withdrawn_result_leaves_the_page(desk, full_record, bell, see, address):
    from tracking.services import labs

    row = see(LabResult, patient=full_record, digits="14.0")[0]
    labs.withdraw(patient=full_record, key=str(row.uid), by=bell, now=NOW, reason="another man's", staff=True)
    table = desk.get(address(full_record)).text.partition('id="labs"')[2].partition("</section>")[0]
    assert "14.0" not in table


def test_an_evaluation_opens_with_its_whole_basis(desk, full_record, see):
    row = see(Evaluation, patient=full_record)[-1]
    text = desk.get(reverse("admin:tracking_evaluation_change", args=[row.uid])).text
    for said in (
        "Below the floor",
        "below the floor to under 16.0",
        "Anastrozole 0.5 mg every 3.5 days",
        "Not read in a source: estradiol.assay.",
        row.input_digest,
    ):
        assert said in text


def test_the_list_of_evaluations_leads_to_each(desk, full_record, see):
    text = desk.get(reverse("admin:tracking_evaluation_changelist")).text
    for row in see(Evaluation, patient=full_record):
        assert reverse("admin:tracking_evaluation_change", args=[row.uid]) in text


def test_the_history_tells_every_version_with_who_and_when(desk, full_record, address):
    text = desk.get(address(full_record, "history")).text
    for said in ("lab result entered", "regimen entered", "care relationship entered", "Dr. Bell", "he himself", "14.0"):
        assert said in text
    for said in ("Estradiol below the floor on an AI", "read on the report by staff", "every 3.5 days", "Testosterone, total"):
        assert said in text
    changed = text.partition('id="changed"')[2].partition("</section>")[0]
    told = re.findall(r"<dd><bdi>([^<]*)</bdi></dd>", changed)
    assert len(told) > 50
    assert [value for value in told if re.search(r"^(user|system):|^[a-z0-9]+(_[a-z0-9]+)+$|[{}]", value)] == []


def test_the_history_says_who_read_it_and_is_paged(desk, full_record, address, dr_bell, as_system):
    with as_system():
        AccessEvent.objects.bulk_create(
            AccessEvent(patient=full_record, user=dr_bell, at=NOW - timedelta(hours=n), through="admin", what=f"page {n}")
            for n in range(1, 61)
        )
    page = address(full_record, "history")
    first, second = (desk.get(page, {"reads": n}).text.partition('id="reads"')[2] for n in ("1", "2"))
    assert ("page 2<" in first, "page 59<" in first) == (True, False)
    assert ("page 2<" in second, "page 59<" in second) == (False, True)
    assert "<td><bdi>Dr. Bell</bdi></td><td>admin</td>" in first


def test_the_history_costs_the_same_whatever_its_length(desk, full_record, many_labs, address):
    page = address(full_record, "history")
    desk.get(page)
    with CaptureQueriesContext(connection) as short:
        desk.get(page)
    many_labs(full_record, 60)
    with CaptureQueriesContext(connection) as long:
        assert desk.get(page, {"page": "2"}).status_code == 200
    assert len(long) <= len(short)


def test_an_old_evaluation_stays_readable_when_he_changed(desk, full_record, record_lab, see):
    first = see(Evaluation, patient=full_record)[0]
    record_lab(full_record, "33.0", days=1)
    answer = desk.get(reverse("admin:tracking_evaluation_change", args=[first.uid]))
    assert answer.status_code == 200
    assert first.basis["headline"] in answer.text


def test_what_a_page_shows_is_the_stored_evaluation_and_not_a_new_one(desk, full_record, address, monkeypatch, dr_bell):
    monkeypatch.setattr("tracking.clock.now", lambda: NOW + timedelta(days=3650))
    at_desk(dr_bell, desk)
    assert "Below the floor: estradiol 14.0 pg/mL" in desk.get(address(full_record)).text
