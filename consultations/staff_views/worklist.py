"""Staff: what keeps consultations from taking place, and everybody who is to be told."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from consultations import notices
from consultations.actions import disruptions, holidays
from consultations.actions import worklist as actions
from consultations.enums import AffectedState, BookingState, ClinicDayState, DisruptionKind
from consultations.forms.staff import CancelBookingForm
from consultations.forms.worklist import (
    ONE_BY_ONE,
    AbsenceForm,
    AffectedForm,
    CloseDateForm,
    CloseDayForm,
    CloseVenueForm,
    StandInForm,
    place_words,
)
from consultations.models import Affected, Booking, ClinicDay, Disruption, Sitting
from consultations.reports import worklist as reports
from consultations.reports.offers import planned_on
from consultations.staff_views.bookings import about
from services.actions.history import record_reading
from services.enums.people import Role
from services.notices.messages import Letter, previews, previews_of_many
from services.reports.calendar import EveryHoliday
from services.reports.history import timeline
from services.rules.korean import date_letter
from services.views.asking import SURE, Question, ask_after, ask_once
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest, staff_of


@dataclass(frozen=True, slots=True)
class Act:
    """One way for one person; with a `title` a page asks first, and takes what `form` asks for."""

    done: str
    title: str = ""
    explains: str = ""
    submit: str = ""
    form: type[Form] = Form


ACTS = {
    "colleague": Act(
        "다른 분께 맡겼습니다.",
        title="다른 분께 맡길까요?",
        explains="시간과 장소는 그대로입니다. 맡는 분이 바뀐다고 문자나 전화로 알립니다.",
        submit="다른 분께 맡기기",
    ),
    "next": Act(
        "다른 날로 옮겼습니다.",
        title="이날로 옮길까요?",
        explains="예약번호는 그대로입니다. 새 시간을 문자나 전화로 알립니다.",
        submit="이날로 옮기기",
    ),
    "call": Act("'전화할 분' 목록에 올렸습니다."),
    "cancel": Act(
        "예약을 취소했습니다.",
        title="말씀을 듣고 예약을 취소할까요?",
        explains="되돌릴 수 없습니다. 다른 시간을 원하지 않으신다고 말씀하셨을 때만 취소하세요.",
        submit="예약 취소하기",
        form=CancelBookingForm,
    ),
    "told": Act(
        "알린 것으로 적었습니다.",
        title="말로 알리신 것이 맞나요?",
        explains="알린 것으로 적고, 이분께 걸 전화를 목록에서 뺍니다. 되돌릴 수 없습니다.",
        submit="알린 것으로 적기",
    ),
}
FOR_ALL = {
    "colleague": ("모두 같은 날 다른 분께 맡길까요?", "맡는 분이 바뀐다고 문자나 전화로 알립니다.", "모두 맡기기"),
    "next": ("모두 다음 상담일로 옮길까요?", "새 날짜와 시간을 문자나 전화로 알립니다.", "모두 옮기기"),
    "call": (
        "모두 전화해서 정할까요?",
        "모두 '전화할 분' 목록에 올립니다. 문자는 보내지 않습니다.",
        "모두 목록에 올리기",
    ),
}


def worklists(request: PortalRequest) -> HttpResponse:
    """알릴 분: what happened, and how many are undecided and untold; the finished ones on request."""
    rows = Disruption.objects.seen_by(staff_of(request))
    is_all = "all" in request.GET
    lines = reports.worklist_lines(rows.filter(last_on__gte=timezone.localdate()) if is_all else rows.open())
    page = {"lines": lines, "is_all": is_all, "is_officer": _is_officer(request)}
    return render(request, "consultations/staff/worklists.html", page)


def worklist(request: PortalRequest, disruption_id: int) -> HttpResponse:
    """Everybody affected, masked: what was arranged, who is told, and the buttons."""
    disruption = _visible(request, disruption_id)
    lines = reports.affected_lines(disruption)
    free = reports.stand_ins(disruption) if disruption.withdrawn_at is None else []
    telling = [line for line in lines if line.needs_telling]
    page = {
        "disruption": disruption,
        "lines": lines,
        "people": len(telling),
        "untold": sum(not line.is_told for line in telling),
        "undecided": sum(line.row.is_unsettled for line in lines),
        "open": sum(line.row.state == AffectedState.OPEN for line in lines),
        "is_officer": _is_officer(request),
        "colleagues": sum(line.ways.has_colleague for line in lines),
        "has_same_day": disruption.kind in DisruptionKind.SAME_DAY,
        "may_withdraw": _may_withdraw(disruption, lines),
        "stand_in": StandInForm(advisers=free) if free else None,
        "history": timeline(disruption),
    }
    return render(request, "consultations/staff/worklist.html", page)


@require_POST
def stand_in(request: PortalRequest, disruption_id: int) -> HttpResponse:
    """대신 올 사람 정하기: afterwards all bookings can be given to them at the same time."""
    disruption = _visible(request, disruption_id)
    form = StandInForm(request.POST, advisers=reports.stand_ins(disruption))
    if not form.is_valid():
        messages.error(request, disruptions.CANNOT_STAND_IN)
        return redirect("consultations:staff_worklist", disruption.pk)
    with refusals_to(request):
        who = disruptions.seat_stand_in(disruption.pk, int(form.cleaned_data["adviser"]), by=staff_of(request).actor)
        messages.success(request, f"{who.adviser}, 대신 오기로 적었습니다. 이제 예약을 맡길 수 있습니다.")
    return redirect("consultations:staff_worklist", disruption.pk)


def _may_withdraw(disruption: Disruption, lines: list[reports.AffectedLine]) -> bool:
    is_untouched = all(line.row.is_unsettled and not line.is_told for line in lines if line.row.state != "ENDED")
    return disruption.withdrawn_at is None and is_untouched and disruption.kind in DisruptionKind.WITHDRAWABLE


def worklist_act(request: PortalRequest, disruption_id: int) -> HttpResponse:
    """One button: a way for one person ("next-17"), for everybody ("next-all"), or withdrawing it all.

    Whatever is told to somebody, or ends something, is asked once.
    """
    disruption = _visible(request, disruption_id)
    asked = request.POST if request.method == "POST" else request.GET
    way, _, whom = asked.get("act", "").partition("-")
    if way == "withdraw":
        return _withdraw(request, disruption)
    if way not in actions.WAYS or (whom == "all" and way not in actions.FOR_ALL):
        raise Http404
    if whom == "all":
        return _for_all(request, disruption, way)
    rows = disruption.affected.with_people().select_related("disruption__venue")
    return _for_one(request, get_object_or_404(rows, pk=int(whom) if whom.isdecimal() else 0), way)


def _for_one(request: PortalRequest, row: Affected, way: str) -> HttpResponse:
    act, user, back = ACTS[way], staff_of(request), _page_of(row.disruption)

    def do(typed: dict[str, Any]) -> str:
        actions.WAYS[way](row.pk, by=user.actor, **typed)
        return act.done

    if not act.title:
        if request.method != "POST":
            raise Http404
        with refusals_to(request):
            messages.success(request, do({}))
        return redirect(back)
    ways = reports.ways_for([row]).get(row.pk, reports.Ways())
    record_reading(user, row.booking.resident, row.booking, act.title, address=request.address or None)
    question = Question(
        title=act.title,
        submit=act.submit,
        is_grave=way == "cancel",
        back=back,
        back_words="알릴 분",
        about=about(row.booking),
        explains=act.explains,
        shows=_new_place(way, ways),
        previews=previews(_letters(way, row, ways)),
    )
    return ask_once(request, question, do, form=act.form)


def _new_place(way: str, ways: reports.Ways) -> list[tuple[str, str]]:
    """What the way brings: who takes it, or when it is."""
    if way == "colleague" and ways.same:
        return [("맡을 분", reports.names_of(ways.same))]
    return [("새 시간", place_words(ways.next))] if way == "next" and ways.next else []


def _letters(way: str, row: Affected, ways: reports.Ways) -> list[Letter]:
    """What this person is going to be told."""
    if way == "colleague" and ways.same:
        return [notices.reassigned_letter(row, row.booking, advisers=reports.names_of(ways.same))]
    if way == "next" and ways.next:
        return notices.moved_letters(row.booking, ways.next.day, ways.next.starts_at)
    return notices.letters_of("cancelled", row.booking) if way == "cancel" else []


def _for_all(request: PortalRequest, disruption: Disruption, way: str) -> HttpResponse:
    title, explains, submit = FOR_ALL[way]
    rows = list(disruption.affected.with_people().select_related("disruption").filter(state=AffectedState.OPEN))
    ways = reports.ways_for(rows)
    letters = [one for row in rows for one in _letters(way, row, ways.get(row.pk, reports.Ways()))]
    back = _page_of(disruption)
    if SURE in request.POST:
        _say_arranged(request, actions.arrange_all(disruption.pk, way, by=staff_of(request).actor))
        return redirect(back)
    question = Question(
        title=title,
        submit=submit,
        is_grave=False,
        back=back,
        back_words="알릴 분",
        about=f"아직 정하지 않은 {len(rows)}분",
        explains=f"{explains} 되돌릴 수 없습니다. 안 되는 분은 이유와 함께 그대로 남습니다.",
        previews=previews_of_many(letters),
    )
    return ask_once(request, question, lambda typed: "")


def _page_of(disruption: Disruption) -> str:
    return reverse("consultations:staff_worklist", args=[disruption.pk])


def _withdraw(request: PortalRequest, disruption: Disruption) -> HttpResponse:
    def do(typed: dict[str, Any]) -> str:
        disruptions.withdraw(disruption.pk, by=staff_of(request).actor)
        return "거두었습니다. 예약은 모두 그대로입니다."

    question = Question(
        title="거두고 그대로 상담할까요?",
        is_grave=False,
        submit="거두기",
        back=_page_of(disruption),
        back_words="알릴 분",
        about=f"{date_letter(disruption.first_on)} {disruption.venue.name}, {disruption.label.label}",
        explains="못 온다고 적은 것을 지웁니다. 예약은 모두 그대로이고, 이분의 새 예약도 다시 받습니다."
        if disruption.kind == DisruptionKind.ABSENCE
        else "예약은 모두 그대로입니다. 닫은 날은 다시 예약을 받습니다. 기다리던 분은 이미 끝났다고 들으셨으니 "
        "다시 줄에 서지 않습니다.",
    )
    return ask_once(request, question, do)


def _say_arranged(request: PortalRequest, arranged: actions.Arranged) -> None:
    """How many were arranged, and of the others the reason, each sentence once with its numbers."""
    if arranged.done:
        messages.success(request, f"{arranged.done}분을 정했습니다. 문자나 전화로 알립니다.")
    reasons: dict[str, list[str]] = {}
    for row, sentence in arranged.left:
        reasons.setdefault(sentence, []).append(row.booking.shown_reference)
    for sentence, references in reasons.items():
        messages.warning(request, f"{len(references)}분은 그대로 남았습니다({', '.join(references)}). {sentence}")
    if not arranged.done and not arranged.left:
        messages.info(request, "정할 분이 없습니다.")


def affected(request: PortalRequest, affected_id: int) -> HttpResponse:
    """One person by name, with every other time that is free."""
    user = staff_of(request)
    rows = Affected.objects.with_people().with_told().select_related("disruption__venue", "disruption__adviser")
    row = get_object_or_404(rows, pk=affected_id)
    line = reports.lines_of([row])[0]
    form = AffectedForm(request.POST or None, same_day=line.ways.same_day, later=line.ways.later)

    def question(typed: dict[str, Any]) -> Question:
        place = form.places[typed["place"]]
        return Question(
            title="이 시간으로 바꿀까요?",
            is_grave=False,
            submit="이 시간으로 바꾸기",
            back=_page_of(row.disruption),
            back_words="알릴 분",
            about=about(row.booking),
            explains="예약번호는 그대로입니다. 새 시간을 문자나 전화로 알립니다.",
            shows=[("새 시간", place_words(place))],
            previews=previews(notices.moved_letters(row.booking, place.day, place.starts_at)),
        )

    def do(typed: dict[str, Any]) -> str:
        place = form.places[typed["place"]]
        actions.move_to_next(row.pk, to=(place.day.pk, place.starts_at), order=place.order, by=user.actor)
        return "시간을 바꾸었습니다. 문자나 전화로 알립니다."

    record_reading(user, row.booking.resident, row.booking, "알릴 분 보기", address=request.address or None)
    page = {"line": line, "row": row, "booking": row.booking, "disruption": row.disruption, "form": form}
    page |= {"history": timeline(row)}
    return ask_after(request, form, question, do) or render_form(request, "consultations/staff/affected.html", page)


def absence_new(request: PortalRequest, sitting_id: int) -> HttpResponse:
    """못 옴 알리기: 예약 {n}건을 어떻게 할까요?"""
    sittings = Sitting.objects.select_related("adviser", "clinic_day__venue")
    sitting = get_object_or_404(sittings, pk=sitting_id)
    form = AbsenceForm(request.POST or None)
    if form.is_valid():
        with refusals_to(form):
            made = disruptions.report_absence(
                sitting.pk, reason=form.cleaned_data["reason"], by=staff_of(request).actor
            )
            return _made(request, made, form.cleaned_data["way"])
    held = Booking.objects.live().filter(clinic_day=sitting.clinic_day, holds__adviser=sitting.adviser_id)
    page = {"form": form, "sitting": sitting, "day": sitting.clinic_day, "count": held.count()}
    return render_form(request, "consultations/staff/absence_new.html", page)


def day_close(request: PortalRequest, day_id: int) -> HttpResponse:
    """이날 상담 닫기: bookings stay until each is arranged."""
    day = get_object_or_404(ClinicDay.objects.select_related("venue"), pk=day_id)
    form = CloseDayForm(request.POST or None)
    if form.is_valid():
        with refusals_to(form):
            made = disruptions.close_day(day.pk, reason=form.cleaned_data["reason"], by=staff_of(request).actor)
            return _made(request, made, form.cleaned_data["way"])
    page = {"form": form, "day": day, "count": day.bookings.live().count()}
    page["previews"] = previews_of_many(_ended_letters(day))
    return render_form(request, "consultations/staff/day_close.html", page)


def date_close(request: PortalRequest, day_id: int) -> HttpResponse:
    """이날 상담을 모두 닫을까요? Every place of one date; a holiday can move to another day in the same step."""
    day = get_object_or_404(ClinicDay.objects.select_related("venue"), pk=day_id)
    on = day.on
    standing = ClinicDay.objects.filter(on=on).exclude(state=ClinicDayState.CANCELLED).select_related("venue")
    counted = list(standing.annotate(booked=Count("bookings", filter=Q(bookings__state__in=BookingState.LIVE))))
    booked = [(one.venue.name, getattr(one, "booked", 0)) for one in counted]
    suggested = holidays.suggested(on) if on in EveryHoliday() and planned_on(on) else None

    def do(typed: dict[str, Any]) -> str:
        made = holidays.close_date(on, reason=typed["reason"], to=typed.get("to"), by=staff_of(request).actor)
        for one in made:
            _arrange(request, one, typed["way"])
        to = typed.get("to")
        moved = f" {date_letter(to)}에 같은 장소의 상담일을 만들었습니다." if to else ""
        return f"{date_letter(on)} 상담을 닫았습니다. 새 예약은 받지 않습니다.{moved}"

    question = Question(
        title=f"{date_letter(on)} 상담을 모두 닫을까요?",
        submit="모든 장소 닫기",
        back=reverse("consultations:staff_clinic_days"),
        back_words="정례 상담일",
        explains="이날은 어디에서도 상담하지 않습니다. 새 예약은 받지 않고, 예약하신 분은 모두 '알릴 분'에 모읍니다.",
        about=f"{len(booked)}곳, 예약 {sum(n for _, n in booked)}건",
        shows=[(name, f"예약 {n}건") for name, n in booked if n],
        previews=previews_of_many([letter for one in counted for letter in _ended_letters(one)]),
    )
    return ask_once(request, question, do, form=partial(CloseDateForm, suggested=suggested))


def _ended_letters(day: ClinicDay) -> list[Letter]:
    """What those in line read when a day does not take place."""
    line = list(day.waitings.live().select_related("resident", "helper").in_line())
    for one in line:
        one.clinic_day = day
    return [letter for one in line for letter in notices.waiting_letters("ended", one)]


def venue_close(request: PortalRequest) -> HttpResponse:
    """장소 닫기: a place cannot be used for some days."""
    initial = {"venue": request.GET.get("venue"), "first": timezone.localdate()}
    form = CloseVenueForm(request.POST or None, initial=initial)
    if form.is_valid():
        typed = form.cleaned_data
        with refusals_to(form):
            made = disruptions.close_venue(
                typed["venue"].pk, typed["first"], typed["last"], reason=typed["reason"], by=staff_of(request).actor
            )
            return _made(request, made, typed["way"])
    return render_form(request, "consultations/staff/venue_close.html", {"form": form})


def _made(request: PortalRequest, disruption: Disruption, way: str) -> HttpResponse:
    """To the new worklist, with the chosen way done for all that fit."""
    messages.success(request, "적었습니다. 새 예약은 받지 않습니다.")
    _arrange(request, disruption, way)
    return redirect("consultations:staff_worklist", disruption.pk)


def _arrange(request: PortalRequest, disruption: Disruption, way: str) -> None:
    """The chosen way for all that fit."""
    if way != ONE_BY_ONE and disruption.closed_at is None:
        _say_arranged(request, actions.arrange_all(disruption.pk, way, by=staff_of(request).actor))


def _visible(request: PortalRequest, disruption_id: int) -> Disruption:
    rows = Disruption.objects.seen_by(staff_of(request)).select_related("venue", "adviser", "clinic_day")
    return get_object_or_404(rows, pk=disruption_id)


def _is_officer(request: PortalRequest) -> bool:
    return Role.CONSULTATION_OFFICER in staff_of(request).roles
