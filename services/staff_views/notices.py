"""Staff: messages and their fate, people to phone, letters to post."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from services.actions import history
from services.actions import notices as actions
from services.enums.notices import CallOutcome, NoticeState
from services.enums.people import Role
from services.forms.notices import CallForm, NoticeFilter, NoticePickForm
from services.models import CallTask, Notice, User, blind_index
from services.models.notices import CallTaskQuerySet, NoticeQuerySet
from services.notices.messages import answers_for
from services.reports.history import timeline
from services.reports.notices import birthday_of, letters_pdf, script_for
from services.reports.people import residents_of
from services.views.refusals import refusals_to, render_form
from services.views.requests import PortalRequest, staff_of

PAGE = 50


def _calls(user: User) -> CallTaskQuerySet:
    """People whom this officer's desk must phone, the most urgent first."""
    return CallTask.objects.open().seen_by(user).by_urgency()


def _letters(user: User) -> NoticeQuerySet:
    """Letters of this person's desk that nobody has posted yet, the oldest first."""
    return Notice.objects.seen_by(user).letters_to_print().select_related("resident")


def notices(request: PortalRequest) -> HttpResponse:
    """알림 발송: what went out, what waits, what failed; numbers are masked."""
    user = staff_of(request)
    rows = Notice.objects.seen_by(user).select_related("resident").defer("short", "body")
    found = NoticeFilter(request.GET, rows)
    page = Paginator(found.qs.order_by("-created_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    shown = {
        "page": page,
        "form": found.form,
        "not_found": found.not_found,
        "may_retry": bool(user.roles - {Role.AUDITOR}),
        "dead": NoticeState.DEAD,
    }
    return render(request, "services/staff/notices.html", shown | {"may_read": _may_read(user)})


def notice(request: PortalRequest, pk: int) -> HttpResponse:
    """One message in full, with every attempt; the reading is noted."""
    user = staff_of(request)
    shown = get_object_or_404(Notice.objects.seen_by(user).select_related("resident"), pk=pk)
    people = [shown.resident] if shown.resident else residents_of(blind_index(shown.to, purpose="phone"))
    seen = [(person, shown) for person in people]
    history.record_readings(user, seen, "알림 보기", address=request.address or None)
    page = {"notice": shown, "attempts": shown.attempts.all(), "lines": timeline(shown)}
    siblings = Notice.objects.seen_by(user).filter(once_key=shown.once_key).exclude(pk=pk).order_by("pk")
    may_retry = shown.state == NoticeState.DEAD and bool(user.roles - {Role.AUDITOR})
    return render(request, "services/staff/notice.html", page | {"siblings": siblings, "may_retry": may_retry})


@require_POST
def notices_retry(request: PortalRequest) -> HttpResponse:
    """Ask, then send the picked dead notices again; people who were told meanwhile are left out."""
    user = staff_of(request)
    form = NoticePickForm(request.POST, notices=Notice.objects.seen_by(user).dead())
    if not form.is_valid():
        messages.error(request, str(form.errors["picked"][0]))
        return redirect("services:staff_notices")
    picked = form.cleaned_data["picked"].order_by("pk")
    if "confirmed" not in request.POST:
        return render(request, "services/staff/notices_retry.html", {"picked": picked})
    count = actions.retry_many([one.pk for one in picked], by=user.actor)
    messages.success(request, f"알림 {count}건을 다시 보냅니다.")
    return redirect("services:staff_notices")


def calls(request: PortalRequest) -> HttpResponse:
    """전화할 분: whom to phone by when; names and numbers are masked here."""
    page = Paginator(_calls(staff_of(request)), PAGE).get_page(request.GET.get("page"))
    return render(request, "services/staff/calls.html", {"page": page})


@require_POST
def calls_print(request: PortalRequest) -> HttpResponse:
    """The same list on paper with full names and numbers; every one of them is noted as read."""
    user = staff_of(request)
    tasks = list(_calls(user)[:200])
    seen = [(task.notice.resident, task) for task in tasks if task.notice.resident]
    history.record_readings(user, seen, "전화 명단 인쇄", address=request.address or None)
    return render(request, "services/staff/calls_print.html", {"tasks": tasks})


def call(request: PortalRequest, pk: int) -> HttpResponse:
    """One call: the number, the words to say, and the outcome."""
    user = staff_of(request)
    task = get_object_or_404(_calls(user), pk=pk)
    answers, wants_birthday = answers_for(task.notice), "birthday" in request.POST
    form = CallForm(request.POST if request.method == "POST" and not wants_birthday else None, answers=answers)
    if form.is_valid():
        with refusals_to(form):
            outcome, note = form.cleaned_data["outcome"], form.cleaned_data["note"]
            if outcome in answers:
                actions.answer_call(task.pk, outcome, by=user.actor)
            else:
                actions.close_call(task.pk, CallOutcome(outcome), by=user.actor, note=note)
            messages.success(request, "통화 결과를 적었습니다.")
            return redirect("services:staff_calls")
    if task.notice.resident:
        what = "전화하며 태어난 날 보기" if wants_birthday else "전화"
        history.record_reading(user, task.notice.resident, task, what, address=request.address or None)
    page = {
        "task": task,
        "form": form,
        "script": script_for(task, user),
        "resident": task.notice.resident,
        "shows_birthday": wants_birthday,
        "birthday": birthday_of(task) if wants_birthday else None,
    }
    return render_form(request, "services/staff/call.html", page)


def letters(request: PortalRequest) -> HttpResponse:
    """부칠 편지: print, post, mark."""
    page = Paginator(_letters(staff_of(request)), PAGE).get_page(request.GET.get("page"))
    return render(request, "services/staff/letters.html", {"page": page})


@require_POST
def letters_print(request: PortalRequest) -> HttpResponse:
    """The picked letters as one PDF; every addressee is noted as read."""
    user = staff_of(request)
    form = NoticePickForm(request.POST, notices=_letters(user))
    if not form.is_valid():
        messages.error(request, str(form.errors["picked"][0]))
        return redirect("services:staff_letters")
    picked = list(form.cleaned_data["picked"].order_by("created_at", "pk")[:PAGE])
    seen = [(letter.resident, letter) for letter in picked if letter.resident]
    history.record_readings(user, seen, "편지 인쇄", address=request.address or None)
    headers = {"Content-Disposition": 'attachment; filename="letters.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(letters_pdf(picked, user), content_type="application/pdf", headers=headers)


@require_POST
def letters_posted(request: PortalRequest) -> HttpResponse:
    """The picked letters are in the post."""
    user = staff_of(request)
    form = NoticePickForm(request.POST, notices=_letters(user))
    if form.is_valid():
        picked = [letter.pk for letter in form.cleaned_data["picked"]]
        with refusals_to(request):
            count = actions.mark_posted(picked, by=user.actor)
            messages.success(request, f"편지 {count}통을 부친 것으로 적었습니다.")
    else:
        messages.error(request, str(form.errors["picked"][0]))
    return redirect("services:staff_letters")


def _may_read(user: User) -> bool:
    return bool(user.roles - {Role.ADMINISTRATOR})
