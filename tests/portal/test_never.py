"""Who must never: written from the README's table of roles and from the law, not from gimje_portal/rights.py.

tests/portal/test_rights.py tries what the matrix says. These lines hold when the matrix itself is wrong.
"""

import re

import pytest
from django.http import HttpResponse
from django.urls import NoReverseMatch, reverse

from consultations.models import Adviser
from services.enums.people import Role
from services.models import Township
from slate.enums import Work
from tests.conftest import StrictClient
from tests.consultations import factories as advice
from tests.portal.test_rights import BY_CONVERTER, named_urls
from tests.slate import factories as slate

CASES = ("slate:staff_case", "consultations:staff_booking", "consultations:staff_enquiry")
PROPOSALS = ("slate:staff_propose_approval", "slate:staff_propose_refusal", "slate:staff_checks", "slate:staff_assign")
DECISIONS = ("slate:staff_decide", "slate:staff_approvals", "slate:staff_approve_many")
CONFIDED = ("consultations:staff_my_booking", "consultations:staff_my_enquiry", "consultations:staff_result")
ACCOUNTS = ("services:staff_people", "services:staff_person_new", "services:staff_person_reset")
PEOPLE = ("services:staff_resident", "services:staff_resident_view", "services:staff_calls", "services:staff_letters")

NEVER = [
    # A firm that takes roofs down is no part of the administration.
    (Role.CONTRACTOR, CASES + PEOPLE + PROPOSALS + DECISIONS + ("slate:staff_queue", "slate:staff_budget")),
    # Advice is given in confidence (세무사법 11조, 변호사법 26조): the text is for advisers only.
    (Role.CONSULTATION_OFFICER, CONFIDED + DECISIONS + ("slate:staff_case",)),
    (Role.TOWNSHIP_CLERK, CONFIDED),
    (Role.PROGRAMME_OFFICER, CONFIDED),
    (Role.AUDITOR, CONFIDED),
    (Role.ADMINISTRATOR, CONFIDED),
    # An adviser works for clients, not for the city.
    (Role.ADVISER, CASES + PEOPLE + PROPOSALS + DECISIONS + ("consultations:staff_bookings", "slate:staff_queue")),
    # Two people: who checks does not decide, who decides does not check.
    (Role.SLATE_OFFICER, (*DECISIONS, "consultations:staff_booking", "consultations:staff_enquiry")),
    (Role.SLATE_APPROVER, (*PROPOSALS, "slate:staff_request_more", "slate:staff_counter")),
    (Role.SETTLEMENT_OFFICER, PROPOSALS + DECISIONS + ("consultations:staff_booking", "slate:staff_counter")),
    (Role.PROGRAMME_OFFICER, PROPOSALS + DECISIONS + ("slate:staff_case", "slate:staff_budget")),
    (Role.TOWNSHIP_CLERK, PROPOSALS + DECISIONS + ("consultations:staff_enquiry_assign", "slate:staff_budget")),
    # Meters know no people.
    (Role.ENERGY_MANAGER, CASES + PEOPLE + PROPOSALS + DECISIONS + ("services:staff_notices",)),
    # Who serves nobody at the counter looks nobody up.
    *[(role, PEOPLE[:2]) for role in (Role.PROGRAMME_OFFICER, Role.SETTLEMENT_OFFICER, Role.AUDITOR)],
    # Who gives out the accounts sees no case (PD-10), and only they give them out.
    (Role.ADMINISTRATOR, CASES + PEOPLE + PROPOSALS + DECISIONS + ("consultations:staff_waitings",)),
    *[(role, ACCOUNTS) for role in Role if role != Role.ADMINISTRATOR],
    # Who looked at whose data is for the auditor alone.
    *[(role, ("services:staff_readings", "services:staff_readings_csv")) for role in Role if role != Role.AUDITOR],
    # Readings of meters are nobody's but the energy manager's to change.
    *[(role, ("solar:staff_import_new", "solar:staff_import_undo")) for role in Role if role != Role.ENERGY_MANAGER],
]  # fmt: skip
LINES = [(role, name) for role, names in NEVER for name in names]


def address(name: str) -> str:
    """With the number 1 where a page wants one."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return reverse(name, args=[1])


@pytest.mark.parametrize(("role", "name"), LINES, ids=[f"{role} {name}" for role, name in LINES])
def test_a_role_never_opens_and_never_sends(staff_client, role, name):
    client = staff_client(role)
    assert client.get(address(name)).status_code == 403
    assert client.post(address(name)).status_code == 403


def sends(answer: HttpResponse) -> list[str]:
    """The addresses of the forms on a page that change something; everybody may log out and have larger text."""
    if answer.streaming:  # a file
        return []
    forms = re.findall(r"<form[^>]*method=\"post\"[^>]*>", answer.content.decode(errors="replace"))
    harmless = (reverse("account_logout"), reverse("services:display_save"))
    return [form for form in forms if not any(address in form for address in harmless)]


def test_an_auditor_changes_nothing(staff_client):
    """Whatever opens to an auditor shows no form that changes something; what is sent all the same does nothing."""
    client = staff_client(Role.AUDITOR)
    opened = 0
    for name, converters in sorted(dict(named_urls()).items()):
        if ":staff_" in name:
            url = reverse(name, kwargs={one: BY_CONVERTER[type(how).__name__] for one, how in converters.items()})
            seen, sent = client.get(url), client.post(url)
            opened += seen.status_code == 200
            assert sent.status_code in (200, 403, 404, 405), name  # 200: the same list again; done would be 302
            assert not (seen.status_code == 200 and sends(seen)), name
    assert opened > 10


def test_a_stranger_gets_no_staff_page(client):
    for name in {name for _, name in LINES}:
        assert client.get(address(name))["Location"].startswith("/staff/account/login/"), name


@pytest.fixture
def clerks(staff_client, make_staff, township) -> tuple[StrictClient, StrictClient]:
    """One of 만경읍, where everything below happens, and one of another township."""
    other = Township.objects.get(name="백산면")
    return tuple(
        staff_client(user=make_staff(Role.TOWNSHIP_CLERK, username=str(number), township=place))
        for number, place in enumerate((township, other))
    )


def test_a_clerk_never_opens_a_case_of_another_township(clerks, clock):
    clock("2020-02-25 10:00")
    application = slate.submitted(slate.programme_of_2020())
    url = reverse("slate:staff_case", args=[application.reference])
    assert [clerk.get(url).status_code for clerk in clerks] == [200, 404]


def test_a_clerk_never_opens_a_booking_of_another_township(clerks, make_resident, clock):
    clock(advice.EVE)
    booking = advice.booked(make_resident(), advice.clinic_day())
    url = reverse("consultations:staff_booking", args=[booking.reference])
    assert [clerk.get(url).status_code for clerk in clerks] == [200, 404]


def test_an_adviser_never_opens_a_colleagues_booking(staff_client, make_staff, make_resident, clock):
    clock(advice.EVE)
    booking = advice.booked(make_resident(), advice.clinic_day("LAW"))
    own, colleague = (make_staff(Role.ADVISER, username=name) for name in ("own", "colleague"))
    Adviser.objects.filter(sittings__clinic_day=booking.clinic_day).update(user=own)
    advice.adviser(name="시연 남변호", user=colleague)
    url = reverse("consultations:staff_my_booking", args=[booking.reference])
    assert [staff_client(user=user).get(url).status_code for user in (own, colleague)] == [200, 404]
    assert url not in staff_client(user=colleague).get(reverse("consultations:staff_my_days")).content.decode()


@pytest.mark.parametrize(("is_own", "is_decided"), [(False, True), (True, False)])
def test_somebody_with_both_roles_never_decides_what_they_proposed(
    staff_client, make_staff, clock, is_own, is_decided
):
    clock("2020-02-25 10:00")
    programme = slate.programme_of_2020()
    slate.with_money(programme, Work.HOUSE, 10_000_000)
    both = make_staff(Role.SLATE_OFFICER, Role.SLATE_APPROVER)
    application = slate.proposed(programme, both if is_own else slate.staff(Role.SLATE_OFFICER))
    url = reverse("slate:staff_decide", args=[application.reference])
    staff_client(user=both).post(url, {"decision": "decide", "version": application.version})
    assert application.decisions.exists() is is_decided
