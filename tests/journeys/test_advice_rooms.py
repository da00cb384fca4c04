"""Every page of free advice that staff and advisers open, wide and narrow, light and in contrast: clean to axe."""

from datetime import time, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from consultations.actions import disruptions, enquiries, links, waiting
from consultations.actions.results import flag_conflict
from consultations.enums import BookingKind, Source, WaitingHour
from consultations.models import Booking, Sitting
from services.actions.history import acting
from services.enums.people import Role
from services.models import Notice
from tests.consultations.factories import BY, adviser, booked, clinic_day, code, rule, url, venue, wish_for
from tests.consultations.test_enquiries import asked

PHONE = "010-1111-0007"


@pytest.fixture(autouse=True)
def _plain_static(settings, transactional_db):
    settings.STATICFILES_STORAGE = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STAFF_MFA_REQUIRED = False
    expect.set_options(timeout=30_000)


@pytest.fixture
def everybody(make_staff):
    """Somebody with every role of this room; an adviser too."""
    return make_staff(Role.CONSULTATION_OFFICER, Role.ADVISER)


@pytest.fixture
def world(everybody, make_resident):
    """A day in three weeks with everything that can happen to it, and one on which somebody cannot come."""
    with acting(BY):
        soon = timezone.localdate() + timedelta(days=21)
        rule(venues=(venue(),))
        day = clinic_day(on=soon)
        lawyer = day.sittings.get(adviser__kind="LAW").adviser
        tax = day.sittings.get(adviser__kind="TAX").adviser
        lawyer.user = everybody
        lawyer.save()
        tax.phone = PHONE
        tax.save()
        plain = booked(make_resident(), day, day.moment(time(15)), question="보증금을 돌려받지 못했습니다.")
        joint = booked(make_resident("시연 둘째", "+821011110002"), day, day.moment(time(15, 20)), kind="BOTH")
        flagged = booked(make_resident("시연 셋째", "+821011110003"), day, day.moment(time(16)))
        flag_conflict(flagged.pk, adviser=lawyer, by=BY)
        full = clinic_day("LAW", on=soon, where=venue("죽산면 행정복지센터"))
        Sitting.objects.filter(clinic_day=full).update(closes_at=time(15, 20))
        booked(make_resident("시연 넷째", "+821011110004"), full, full.moment(time(15)))
        waiting.join(
            full.pk,
            wish_for(BookingKind.LAW),
            hour=WaitingHour.ANY,
            resident=make_resident("시연 다섯째", "+82635401111"),
            by=BY,
            source=Source.PHONE,
        )
        away = clinic_day("LAW", on=soon + timedelta(days=7))
        booked(make_resident("시연 여섯째", "+82635402222"), away, away.moment(time(15)))
        absence = disruptions.report_absence(away.sittings.get().pk, reason="몸살", by=everybody.actor)
        adviser("LAW", "시연 대신")
        enquiry = asked(make_resident("시연 일곱째", "+821011110008"))
        enquiries.assign(enquiry.pk, lawyer.pk, by=BY)
        _link, token = links.make_link(day.pk, tax.pk, by=everybody.actor)
    return {
        "day": day,
        "away": away,
        "plain": plain,
        "joint": joint,
        "flagged": flagged,
        "absence": absence,
        "enquiry": enquiry,
        "token": token,
        "tax": tax,
    }


def staff_pages(world) -> list[str]:
    day, plain, absence = world["day"], world["plain"], world["absence"]
    return [
        url("staff_bookings"),
        url("staff_bookings") + "?state=conflict",
        url("staff_booking", plain.reference),
        url("staff_booking", world["flagged"].reference),
        url("staff_booking_move", plain.reference),
        url("staff_booking_elsewhere", plain.reference),
        url("staff_counter"),
        url("staff_waitings"),
        url("staff_clinic_days"),
        url("staff_clinic_day", day.pk),
        url("staff_clinic_day_cancel", day.pk),
        url("staff_day_board", day.pk),
        url("staff_day_sheet", day.pk),
        url("staff_day_close", day.pk),
        url("staff_date_close", day.pk),
        url("staff_booking_act", plain.reference) + "?act=cancel",
        url("staff_worklist_act", absence.pk) + f"?act=next-{absence.affected.get().pk}",
        url("staff_absence_new", day.sittings.order_by("pk").first().pk),
        url("staff_worklists"),
        url("staff_worklist", absence.pk),
        url("staff_affected", absence.affected.get().pk),
        url("staff_venue_close"),
        url("staff_enquiries"),
        url("staff_enquiry", world["enquiry"].reference),
        url("staff_statistics"),
        url("staff_reports"),
        url("staff_advisers"),
        url("staff_adviser_calendar", world["tax"].pk),
        url("staff_my_days"),
        url("staff_my_booking", plain.reference),
        url("staff_my_booking", world["flagged"].reference),
        url("staff_conflict", plain.reference),
        url("staff_my_enquiry", world["enquiry"].reference),
        url("staff_my_reports"),
        url("staff_my_calendar"),
    ]


@pytest.mark.parametrize(("size", "high_contrast"), [("desktop", False), ("phone", True)], ids=["light", "contrast"])
def test_rooms_of_staff(open_page, assert_axe_clean, assert_fits, live_server, everybody, world, size, high_contrast):
    page = open_page(size, high_contrast=high_contrast)
    client = Client()
    client.force_login(everybody, backend="django.contrib.auth.backends.ModelBackend")
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    for address in staff_pages(world):
        answer = page.goto(address)
        assert answer, address
        assert answer.status == 200, (address, answer.status)
        assert_axe_clean(page)
        assert_fits(page)


@pytest.mark.parametrize(("size", "js"), [("phone", True), ("desktop", False)], ids=["phone", "without-scripts"])
def test_an_adviser_without_an_account_works_from_the_address(
    open_page, assert_axe_clean, assert_fits, world, size, js
):
    page = open_page(size, js=js)

    def check(shown: Page) -> None:
        if js:
            assert_axe_clean(shown)
        assert_fits(shown)

    page.goto(url("desk_open", world["token"]))
    check(page)
    assert world["token"] not in page.url
    page.get_by_role("button", name="인증번호 받기").click()
    assert Notice.objects.filter(once_key__startswith="verification:").exists()
    page.locator("input[name=code]").fill(code())
    page.get_by_role("button", name="확인하기").click()
    expect(page.get_by_text("시연 둘째")).to_be_visible()
    assert not page.get_by_text("시연 셋째").count()  # another adviser's
    check(page)
    page.get_by_role("link", name="시연 둘째").click()
    check(page)
    page.get_by_role("link", name="이해 충돌 알리기").click()
    check(page)
    page.get_by_role("button", name="이해 충돌 알리기").click()
    expect(page.get_by_text("상담 내용은 더 열리지 않습니다.")).to_be_visible()
    check(page)
    assert Booking.objects.get(pk=world["joint"].pk).conflict_flags.count() == 1
    page.get_by_role("button", name="나가기").click()
    page.goto(url("desk"))
    check(page)
