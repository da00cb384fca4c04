"""Phone codes: hashed, three minutes, five tries, limits that parallel requests cannot pass."""

import logging

import pytest
from django.db import IntegrityError, connection, transaction

from consultations.actions.bookings import cancel
from services.actions import people as actions
from services.actions.people import check_code, find_or_add_resident, open_by_reference, send_code
from services.actions.references import next_number
from services.enums.people import VerificationState
from services.models import Counter, Notice, ReferenceTry, Resident, Verification
from services.reports.people import has_open_case
from services.rules.codes import clean_code
from services.rules.history import Actor
from services.rules.references import booking_reference, letter_reference, normalise_reference, series_reference
from services.rules.refusal import Refused
from tests.consultations.factories import EVE, booked, clinic_day
from tests.races import at_once

PHONE = "+821012345678"
HERE, HOME = "203.0.113.7", "198.51.100.20"


def code_of(verification: Verification) -> str:
    """What the text message says."""
    return clean_code(Notice.objects.get(once_key=f"verification:{verification.pk}").short)


def wrong_for(verification: Verification) -> str:
    return f"{(int(code_of(verification)) + 1) % 1_000_000:06d}"


# Sending


def test_a_code_goes_out_as_an_urgent_message_that_ends_with_the_code(db, clock):
    clock("2026-11-20 22:00")
    verification = send_code(PHONE, address=HERE)
    notice = Notice.objects.get()
    assert notice.short == (
        f"[김제시] 인증번호 {code_of(verification)}\n3분 안에 적어 주세요. 직원은 이 번호를 묻지 않습니다."
    )
    assert len(notice.short.replace("\n", "").encode("cp949")) <= 90
    assert notice.is_urgent
    assert notice.to == PHONE
    assert notice.expires_at == verification.expires_at


def test_only_hashes_are_kept_of_code_phone_and_address(db):
    verification = send_code(PHONE, address=HERE)
    code = code_of(verification)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(v)::text FROM services_verification v")
        row = cursor.fetchone()[0]
    assert not {code, PHONE, "12345678", HERE} & set(row.split('"'))
    assert code not in row
    assert "12345678" not in row


def test_a_landline_is_sent_to_the_telephone(db):
    with pytest.raises(Refused, match="집 전화로는 문자를 받을 수 없습니다"):
        send_code("+82635401234", address=HERE)
    assert not Verification.objects.exists()


def test_a_phone_gets_five_codes_a_day_and_new_ones_tomorrow(db, clock):
    clock("2026-11-20 10:00")
    for _ in range(5):
        send_code(PHONE, address=HERE)
    with pytest.raises(Refused, match="오늘 인증번호를 5번 보냈습니다"):
        send_code(PHONE, address=HERE)
    send_code("+821099998888", address=HERE)
    clock("2026-11-21 00:01")
    send_code(PHONE, address=HERE)


def test_an_address_gets_a_limited_number_an_hour(db, clock, settings):
    settings.VERIFICATION_PER_ADDRESS_PER_HOUR = 2
    clock("2026-11-20 10:00")
    for last in (1, 2):
        send_code(f"+82101234567{last}", address=HERE)
    with pytest.raises(Refused, match="한 시간 뒤에"):
        send_code("+821012345673", address=HERE)
    send_code("+821012345673", address="203.0.113.8")
    clock("2026-11-20 11:01")
    send_code("+821012345674", address=HERE)


def test_a_day_has_a_limit_for_the_whole_city(db, settings):
    settings.VERIFICATION_PER_DAY = 1
    send_code(PHONE, address=HERE)
    with pytest.raises(Refused, match="모두 보냈습니다"):
        send_code("+821099998888", address="203.0.113.8")


@pytest.mark.django_db(transaction=True)
def test_requests_at_the_same_moment_do_not_pass_the_limit():
    results = at_once(*[lambda: send_code(PHONE, address=HERE)] * 12)
    assert sum(isinstance(result, Verification) for result in results) == 5
    assert Verification.objects.count() == Notice.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_limit_is_passed(monkeypatch):
    """Negative control: the race above is real."""
    import threading

    gate = threading.Barrier(8)
    monkeypatch.setattr("services.actions.people.take_turn", lambda queue: None)
    count = "services.actions.people._refuse_too_many_codes"
    monkeypatch.setattr(count, _after(count, gate))
    results = at_once(*[lambda: send_code(PHONE, address=HERE)] * 8)
    assert sum(isinstance(result, Verification) for result in results) == 8


def _after(path: str, gate):
    """The function at `path`, whose callers wait for each other before they go on."""
    from django.utils.module_loading import import_string

    original = import_string(path)

    def wrapped(*args):
        original(*args)
        gate.wait(timeout=10)

    return wrapped


# Checking


@pytest.mark.parametrize("typed", ["{}", " {} ", "{0:.3} {1}", "{0:.3}-{1}", "[김제시] 인증번호 {} 3분 안에"])
def test_a_code_is_accepted_as_people_paste_it(db, typed):
    verification = send_code(PHONE, address=HERE)
    code = code_of(verification)
    assert check_code(verification.pk, typed.format(code, code[3:])).state == VerificationState.PASSED


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("１２３４５６", "123456"),
        ("12345O", "123450"),
        ("12345", ""),
        ("1234567", ""),
        ("안녕", ""),
        ("123456 654321", ""),
        ("[김제시] 인증번호 1234563분 안에 적어 주세요.", "123456"),
    ],
)
def test_codes_are_repaired_or_not_at_all(typed, code):
    assert clean_code(typed) == code


def test_a_wrong_code_costs_a_try_and_says_how_many_are_left(db):
    verification = send_code(PHONE, address=HERE)
    with pytest.raises(Refused, match="4번 더 적으실 수 있습니다"):
        check_code(verification.pk, wrong_for(verification))
    check_code(verification.pk, code_of(verification))


def test_half_a_code_costs_no_try(db):
    verification = send_code(PHONE, address=HERE)
    with pytest.raises(Refused, match="5번 더"):
        check_code(verification.pk, "123")


def test_the_right_code_on_the_fifth_try_still_opens(db):
    verification = send_code(PHONE, address=HERE)
    for _ in range(4):
        with pytest.raises(Refused):
            check_code(verification.pk, wrong_for(verification))
    assert check_code(verification.pk, code_of(verification)).state == VerificationState.PASSED


def test_five_wrong_codes_stop_an_address_for_ten_minutes(db, clock):
    clock("2026-11-20 10:00")
    verification = send_code(PHONE, address=HERE)
    for _ in range(5):
        with pytest.raises(Refused):
            check_code(verification.pk, wrong_for(verification))
    with pytest.raises(Refused, match="다섯 번 맞지 않아"):
        check_code(verification.pk, code_of(verification))
    with pytest.raises(Refused, match="10분 뒤에"):
        send_code(PHONE, address=HERE)
    clock("2026-11-20 10:11")
    send_code(PHONE, address=HERE)


def _guess_wrong(verification: Verification) -> None:
    for _ in range(5):
        with pytest.raises(Refused):
            check_code(verification.pk, wrong_for(verification))


def test_a_strangers_five_wrong_codes_cost_the_owner_nothing(db, clock):
    """The stranger's own code is spent and their address waits; the owner, somewhere else, goes on at once (12)."""
    clock("2026-11-20 10:00")
    before = send_code(PHONE, address=HOME)
    _guess_wrong(send_code(PHONE, address=HERE))
    with pytest.raises(Refused, match="10분 뒤에"):
        send_code(PHONE, address=HERE)
    assert check_code(before.pk, code_of(before)).state == VerificationState.PASSED
    after = send_code(PHONE, address=HOME)
    assert check_code(after.pk, code_of(after)).state == VerificationState.PASSED


def test_a_stranger_cannot_use_up_the_codes_of_somebody_with_an_open_case(db, clock, monkeypatch):
    clock("2026-11-20 10:00")
    for _ in range(5):
        send_code(PHONE, address=HERE)
    with pytest.raises(Refused, match="오늘 인증번호를 5번 보냈습니다"):
        send_code(PHONE, address=HOME)
    monkeypatch.setattr(actions, "has_open_case", lambda phone_index: True)
    send_code(PHONE, address=HOME)
    with pytest.raises(Refused, match="오늘 인증번호를 5번 보냈습니다"):
        send_code(PHONE, address=HERE)


def test_an_address_cannot_guess_more_than_its_five_codes_of_a_phone(db, clock, monkeypatch):
    """25 guesses a day and address, also at a phone with an open case."""
    monkeypatch.setattr(actions, "has_open_case", lambda phone_index: True)
    for hour in range(5):
        clock(f"2026-11-20 {10 + hour}:00")
        _guess_wrong(send_code(PHONE, address=HERE))
    clock("2026-11-20 16:00")
    with pytest.raises(Refused, match="오늘 인증번호를 5번 보냈습니다"):
        send_code(PHONE, address=HERE)


def test_who_waits_for_the_city_has_an_open_case(make_resident, clock):
    clock(EVE)
    kim = make_resident()
    assert not has_open_case(kim.phone_index)
    booking = booked(kim, clinic_day())
    assert has_open_case(kim.phone_index)
    assert not has_open_case(make_resident("시연 남", "+821099998888").phone_index)
    cancel(booking.pk, by=BY)
    assert not has_open_case(kim.phone_index)


def test_a_code_is_too_old_after_three_minutes(db, clock):
    clock("2026-11-20 10:00")
    verification = send_code(PHONE, address=HERE)
    clock("2026-11-20 10:03")
    with pytest.raises(Refused, match="3분이 지났습니다"):
        check_code(verification.pk, code_of(verification))


def test_a_code_opens_once(db):
    verification = send_code(PHONE, address=HERE)
    check_code(verification.pk, code_of(verification))
    with pytest.raises(Refused, match="이미 쓴 인증번호"):
        check_code(verification.pk, code_of(verification))


@pytest.mark.django_db(transaction=True)
def test_twenty_guesses_at_the_same_moment_are_five_tries():
    verification = send_code(PHONE, address=HERE)
    wrong = wrong_for(verification)
    at_once(*[lambda: check_code(verification.pk, wrong)] * 20)
    verification.refresh_from_db()
    assert (verification.tries, verification.state) == (5, VerificationState.BLOCKED)


@pytest.mark.django_db(transaction=True)
def test_the_right_code_twice_at_the_same_moment_opens_once():
    verification = send_code(PHONE, address=HERE)
    code = code_of(verification)
    results = at_once(*[lambda: check_code(verification.pk, code)] * 5)
    assert sum(isinstance(result, Verification) for result in results) == 1


def test_six_tries_break_the_named_constraint(db):
    verification = send_code(PHONE, address=HERE)
    with pytest.raises(IntegrityError, match="verification_tries_limited"), transaction.atomic():
        Verification.objects.filter(pk=verification.pk).update(tries=6)


@pytest.mark.django_db(transaction=True)
def test_a_check_inside_another_transaction_is_refused():
    """A refusal would roll the counted try back."""
    verification = send_code(PHONE, address=HERE)
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        check_code(verification.pk, "000000")


def test_neither_code_nor_phone_nor_address_reach_the_log(db, caplog):
    caplog.set_level(logging.DEBUG)
    verification = send_code(PHONE, address=HERE)
    with pytest.raises(Refused):
        check_code(verification.pk, wrong_for(verification))
    check_code(verification.pk, code_of(verification))
    for secret in (code_of(verification), "12345678", HERE):
        assert secret not in caplog.text


# One case by its number


@pytest.fixture
def session(db, client):
    return client.session


def test_a_number_is_tried_five_times_a_day(session, clock):
    clock("2026-11-20 10:00")
    for _ in range(5):
        with pytest.raises(Refused, match="그 번호로 된 신청이 없습니다"):
            open_by_reference(session, "482-157", "5678", address=HERE)
    with pytest.raises(Refused, match="잠시 멈추었습니다"):
        open_by_reference(session, "482157", "5678", address="203.0.113.8")
    clock("2026-11-21 10:01")
    with pytest.raises(Refused, match="그 번호로 된 신청이 없습니다"):
        open_by_reference(session, "482-157", "5678", address=HERE)


def test_an_address_cannot_walk_through_the_numbers(session, settings):
    settings.REFERENCE_TRIES_PER_ADDRESS_PER_HOUR = 3
    for number in range(3):
        with pytest.raises(Refused, match="없습니다"):
            open_by_reference(session, f"48215{number}", "5678", address=HERE)
    with pytest.raises(Refused, match="잠시 멈추었습니다"):
        open_by_reference(session, "482159", "5678", address=HERE)


@pytest.mark.django_db(transaction=True)
def test_numbers_tried_at_the_same_moment_are_counted(client):
    session = client.session
    at_once(*[lambda: open_by_reference(session, "482157", "5678", address=HERE)] * 12)
    assert ReferenceTry.objects.count() == 5


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("482157", "482-157"),
        ("482 157", "482-157"),
        ("2020-sl-412", "2020-SL-0412"),
        ("2020 SL 0412", "2020-SL-0412"),
        ("q 482157", "Q-482-157"),
        ("Q-482157", "Q-482-157"),
    ],
)
def test_numbers_are_repaired(typed, stored):
    assert normalise_reference(typed) == stored


def test_numbers_as_they_are_said():
    assert series_reference("SL", 2020, 412) == "2020-SL-0412"
    assert letter_reference("Q", 482157) == "Q-482-157"
    assert booking_reference(7) == "000-007"


# Counters and residents


@pytest.mark.django_db(transaction=True)
def test_numbers_given_at_the_same_moment_are_different_and_without_gaps():
    def give() -> int:
        with transaction.atomic():
            return next_number("SL", 2026)

    assert sorted(at_once(*[give] * 16)) == list(range(1, 17))


@pytest.mark.django_db(transaction=True)
def test_a_number_of_a_case_that_was_not_made_is_given_again():
    with transaction.atomic():
        next_number("SL", 2026)
        transaction.set_rollback(True)
    with transaction.atomic():
        assert next_number("SL", 2026) == 1


@pytest.mark.django_db(transaction=True)
def test_a_number_outside_a_transaction_is_refused():
    with pytest.raises(transaction.TransactionManagementError):
        next_number("SL", 2026)


def test_a_counter_stands_once_for_series_and_year(db):
    Counter.objects.create(series="SL", year=2026)
    with pytest.raises(IntegrityError, match="counter_once_per_series_and_year"), transaction.atomic():
        Counter.objects.create(series="SL", year=2026)


BY = Actor.system("test")


def test_the_same_person_is_found_again_with_new_facts(db, township):
    first = find_or_add_resident(name="시연 김만경", phone=PHONE, by=BY)
    again = find_or_add_resident(name=" 시연  김만경 ", phone=PHONE, by=BY, address="만경읍 1", township=township)
    assert first.pk == again.pk
    again.refresh_from_db()
    assert (again.address, again.township, again.born_on) == ("만경읍 1", township, "")


def test_two_people_share_a_phone(db):
    first = find_or_add_resident(name="시연 김만경", phone=PHONE, by=BY)
    second = find_or_add_resident(name="시연 이금구", phone=PHONE, by=BY)
    assert first.pk != second.pk
    assert first.phone_index == second.phone_index


@pytest.mark.django_db(transaction=True)
def test_a_person_added_at_the_same_moment_is_one_person():
    from services.actions.history import acting

    def add() -> Resident:
        with acting(BY):
            return find_or_add_resident(name="시연 김만경", phone=PHONE, by=BY)

    assert len({resident.pk for resident in at_once(*[add] * 8)}) == 1
    assert Resident.objects.count() == 1
