"""What applicants do: apply (also over the counter), supply what is missing, withdraw."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from services.actions.consents import write_consents
from services.actions.constraints import friendly
from services.actions.documents import adopt
from services.actions.history import record
from services.actions.moves import lock, move, note, refuse_unless
from services.actions.notices import post_many
from services.actions.people import find_or_add_resident
from services.actions.references import next_number
from services.actions.turns import in_turn
from services.enums.consents import ConsentHow
from services.models import Draft, Resident, Township
from services.reports.calendar import EveryHoliday
from services.rules import calendar
from services.rules.history import Actor
from services.rules.korean import date_long
from services.rules.lots import within_city
from services.rules.references import series_reference
from services.rules.refusal import Refused
from services.rules.text import one_line
from slate import notices, rules
from slate.actions import owners
from slate.actions.closing import close
from slate.actions.money import lock_lines_of, release
from slate.enums import ApplicationMove, ApplicationState, ConsentKind, Household, Origin, Ownership
from slate.models import Application, BuildingPart, InfoRequest, Programme
from slate.models.applications import PAPER_TIME, fingerprint, lot_marks
from slate.reports import supported_before
from slate.reports.cases import papers_until
from slate.reports.consents import application_consents
from slate.reports.lookalikes import taken_by, taken_sentence


@dataclass(frozen=True, slots=True)
class NewPart:
    """One building part as people describe it; fields are those of BuildingPart."""

    kind: str
    in_use: str
    in_register: str
    slate_place: str
    is_overlaid: str
    area_m2: Decimal
    is_area_guessed: bool = False
    built_year: int | None = None
    wants_reroofing: bool = False


@dataclass(frozen=True, slots=True)
class NewApplication:
    """A filled-in application; `phone` is E.164. Its letters go to the building where no `postal_address` is given.

    `paper_on` is the day on which a form on paper was received: it decides the order and the day of the answer.
    """

    name: str
    phone: str
    born_on: str
    township: Township
    address: str
    household: Household
    ownership: str
    consents: Mapping[str, bool]
    city_may_verify: bool = True
    owner_name: str = ""
    owner_phone: str = ""
    owner_agreed: bool = False
    remark: str = ""
    contact_way: str = "sms"
    postal_address: str = ""
    paper_on: date | None = None
    parts: list[NewPart] = field(default_factory=list)


@in_turn
def submit(programme: Programme, new: NewApplication, *, by: Actor, draft: Draft | None = None) -> Application:
    """Take in an application (A2): number, clock, building parts, papers, receipt.

    A member of staff enters it for somebody at the counter; documents of `draft` come along.
    Somebody else may ask for the same building until its owner is confirmed: both are marked and hear it.
    Raises Refused: C09, C10 (not open), F19 (consents), F22, F32 (already applied for), F33 (supported before).
    """
    today = timezone.localdate()
    received_on = new.paper_on or today
    _refuse_closed(programme, received_on, today)
    _refuse_missing(new)
    marks = _fingerprints(new)
    _refuse_supported_before(marks, programme)
    _refuse_taken(marks, programme)
    is_owner = new.ownership == Ownership.OWNER
    address = within_city(new.address)
    resident = find_or_add_resident(
        name=new.name, phone=new.phone, by=by, born_on=new.born_on, address=new.postal_address
    )
    _refuse_twice(marks, programme, resident)
    number = next_number("SL", programme.year)
    application = Application.objects.create(
        programme=programme,
        reference=series_reference("SL", programme.year, number),
        resident=resident,
        name=one_line(new.name),
        phone=new.phone,
        township=new.township,
        address=address,
        **lot_marks(new.township.code, rules.lot_of(address)),
        postal_address=new.postal_address or f"김제시 {new.township.name} {address}",
        household=new.household,
        city_may_verify=new.city_may_verify,
        priority=rules.priority_of(new.household),
        ownership=new.ownership,
        owner_name=new.owner_name,
        owner_phone=new.owner_phone,
        owner_agreed=new.owner_agreed,
        owner_due_on=None if is_owner else papers_until(programme),
        remark=new.remark,
        contact_way=new.contact_way,
        origin=Origin.COUNTER if by.user_id else Origin.ONLINE,
        entered_by_id=by.user_id,
        submitted_at=timezone.now() if received_on == today else _opening(received_on),
        due_on=calendar.due_on(received_on, programme.first_answer_days, EveryHoliday()),
    )
    _add_parts(application, new, marks)
    spoken = ConsentHow.PAPER if new.paper_on else ConsentHow.SPOKEN
    how = spoken if by.user_id else ConsentHow.WEB
    write_consents(application, new.consents, application_consents(programme), resident=resident, how=how)
    if draft:
        adopt(draft, application, resident=resident)
    record(application, ApplicationMove.SUBMITTED, by=by, after=application.state)
    post_many([notices.submitted(application)])
    if not is_owner:
        post_many([notices.owner_consent(application)])
    owners.meet_rivals(application, by=by)
    return application


def _opening(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, PAPER_TIME))


def _refuse_closed(programme: Programme, received_on: date, today: date) -> None:
    if received_on > today:
        raise Refused("종이를 받은 날이 오늘보다 뒤입니다. 날짜를 다시 적어 주세요.", field="paper_on")
    if programme.opens_on > received_on:
        raise Refused(f"{date_long(programme.opens_on)}부터 신청하실 수 있습니다.", field="paper_on")
    if not programme.is_open(received_on):
        closed = date_long(programme.closes_on) if programme.closes_on else ""
        raise Refused(f"{closed}에 신청을 마감했습니다.")


def _refuse_missing(new: NewApplication) -> None:
    if not all(new.consents.get(kind) for kind in ConsentKind.REQUIRED):
        raise Refused(
            "1번부터 3번까지 동의하지 않으시면 누리집에서는 신청할 수 없습니다. "
            "마음이 바뀌시면 '동의합니다'를 고르시고, 아니면 전화로 물어보세요."
        )
    if not new.parts:
        raise Refused("건물 부분이 없습니다. 하나 넘게 적어 주세요.")


def _fingerprints(new: NewApplication) -> list[str]:
    counted: Counter[str] = Counter()
    marks = []
    for part in new.parts:
        counted[part.kind] += 1
        marks.append(fingerprint(new.township.code, new.address, part.kind, counted[part.kind]))
    return marks


def _refuse_supported_before(marks: list[str], programme: Programme) -> None:
    if year := supported_before(marks, programme):
        raise Refused(
            f"이 건물은 {year}년에 지원받은 기록이 있습니다. 같은 건물은 한 번만 지원합니다. "
            f"다른 건물이거나 기록이 다르면 전화해 주세요: {programme.phone}"
        )


def _refuse_taken(marks: list[str], programme: Programme) -> None:
    """Whoever asks, a building whose owner is confirmed is taken."""
    if holder := taken_by(marks, programme):
        raise Refused(taken_sentence(holder), field="address")


def _refuse_twice(marks: list[str], programme: Programme, resident: Resident) -> None:
    """One person asks for one building once; the resident is locked, so two tabs wait for each other."""
    asked = Application.objects.of([resident]).filter(programme=programme, parts__fingerprint__in=marks)
    if mine := asked.exclude(state__in=ApplicationState.DEAD).select_related("programme").order_by("pk").first():
        raise Refused(taken_sentence(mine), field="address")


def _add_parts(application: Application, new: NewApplication, marks: list[str]) -> None:
    rows = [
        BuildingPart(
            application=application,
            programme=application.programme,
            number=number,
            kind=part.kind,
            in_use=part.in_use,
            built_year=part.built_year,
            in_register=part.in_register,
            slate_place=part.slate_place,
            is_overlaid=part.is_overlaid,
            area_m2=part.area_m2,
            is_area_guessed=part.is_area_guessed,
            wants_reroofing=part.wants_reroofing,
            reroofing_m2=part.area_m2 if part.wants_reroofing else 0,
            fingerprint=mark,
            is_live=False,  # until the owner is confirmed
        )
        for number, (part, mark) in enumerate(zip(new.parts, marks, strict=True), start=1)
    ]
    with friendly("building_part_has_area", "reroofing_only_where_people_live"):
        BuildingPart.objects.bulk_create(rows)


@in_turn
def bring_consent(application_id: int, *, by: Actor, version: int | None = None) -> Application:
    """The owner's consent on paper has come and lies with the case; an officer still reads it.

    Raises Refused where nobody waits for it.
    """
    application = lock(Application.objects, application_id, version=version)
    if not application.wants_consent:
        raise Refused("지금은 건물 주인의 동의서를 내지 않으셔도 됩니다.", conflict=True)
    return note(application, ApplicationMove.CONSENT_BROUGHT, by=by, owner_paper_at=timezone.now())


@in_turn
def supply(application_id: int, *, answer: str, by: Actor, version: int | None = None) -> Application:
    """The applicant has supplied what was asked for (A5): the clock goes on without the days of waiting (MW-07)."""
    application = lock(Application.objects.in_full(), application_id, version=version)
    refuse_unless(ApplicationMove.SUPPLIED, application, by=by)
    request = application.info_requests.select_for_update().get(answered_at__isnull=True)
    InfoRequest.objects.filter(pk=request.pk).update(answered_at=timezone.now(), answer=answer)
    move(application, ApplicationMove.SUPPLIED, by=by, due_on=due_with_pauses(application), paused_on=None)
    post_many([notices.supplied(application, request)])
    return application


def due_with_pauses(application: Application) -> date:
    """The day of the first answer, days of waiting for papers not counted (MW-04, MW-07)."""
    received_on = timezone.localdate(application.submitted_at)
    pauses = [
        calendar.Pause(timezone.localdate(request.asked_at), timezone.localdate(request.answered_at))
        for request in application.info_requests.filter(answered_at__isnull=False)
        if request.answered_at
    ]
    days = application.programme.first_answer_days
    return calendar.due_on(received_on, days, EveryHoliday(), pauses=pauses)


@in_turn
def withdraw(application_id: int, *, by: Actor, reason: str = "", version: int | None = None) -> Application:
    """Withdraw (A17); money that was reserved is released in the same transaction.

    Raises Refused when the case is closed.
    """
    lock_lines_of(application_id)
    application = lock(Application.objects.in_full(), application_id, version=version)
    if not application.may_withdraw:
        raise Refused(
            f"이미 마친 신청이라 여기서는 취소할 수 없습니다. 전화해 주세요: {application.programme.phone}",
            conflict=True,
        )
    release(application, by=by, note=ApplicationMove.WITHDRAWN)
    close(application, ApplicationMove.WITHDRAWN, by=by, withdraw_reason=reason, paused_on=None)
    post_many([notices.withdrawn(application)])
    return application
