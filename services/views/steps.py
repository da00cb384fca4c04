"""The walk through a form in steps: open a page, save, go back without loss, check everything, send, go on later."""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import models
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import select_template
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from services.actions import access, documents, drafts
from services.enums.access import Held
from services.forms.steps import (
    HALF,
    Answers,
    FilesForm,
    Journey,
    Progress,
    Row,
    Stale,
    Step,
    StepForm,
    forget_what_rests_on,
    journeys,
    progress,
)
from services.models import Document, Draft, blind_index
from services.reports.documents import link
from services.reports.people import is_theirs, verified_phone
from services.rules.refusal import Refused
from services.views.own_case import ask_for_phone
from services.views.people import start_verification
from services.views.refusals import refusals_to
from services.views.requests import PortalRequest, actor_of

LIST = "services/step_list.html"
GONE = gettext_lazy(
    "오래 쓰지 않아 화면을 닫았습니다. 번호를 확인하기 전이라 쓰시던 것을 지웠습니다. 처음부터 다시 적어 주세요."
)
KEPT = gettext_lazy("오래 쓰지 않아 화면을 닫았습니다. 쓰시던 것은 '내 신청 확인'에서 번호를 확인하시면 이어집니다.")
NOT_HERE = gettext_lazy(
    "쓰시던 것을 이 화면에서 찾지 못했습니다. 번호를 확인하고 쓰신 것은 '내 신청 확인'에 있습니다. "
    "확인하기 전에 쓰신 것은 남아 있지 않습니다."
)
TYPED = gettext_lazy("방금 적으신 것은 그대로 있습니다.")
AGAIN = gettext_lazy("고르신 것이 이제 없습니다. 다른 것을 골라 주세요. 적으신 나머지는 그대로 있습니다.")


def paths(journey: Journey) -> list[URLPattern]:
    """The pages of a journey, each under the name of its step, and its check page."""
    pages: dict[str, Callable[[Walk], HttpResponse]] = {step.page: _opens(step) for step in journey.steps}
    pages[journey.check] = Walk.check
    return [
        path(
            journey.address % name.removeprefix(journey.prefix).replace("_", "-"),
            _view(journey, name, open_),
            name=name,
        )
        for name, open_ in pages.items()
    ]


def _opens(step: Step) -> "Callable[[Walk], HttpResponse]":
    return lambda walk: walk.page(step)


def _view(journey: Journey, name: str, open_: "Callable[[Walk], HttpResponse]") -> Callable[..., HttpResponse]:
    def view(request: PortalRequest) -> HttpResponse:
        return open_(Walk(request, journey))

    view.__name__ = name
    return never_cache(view)


class Walk:
    """One visitor on the way through one journey."""

    def __init__(self, request: PortalRequest, journey: Journey) -> None:
        self.request, self.journey = request, journey
        self.draft = drafts.draft_of(request.session, journey.kind)

    # What is known

    @property
    def answers(self) -> dict[str, Any]:
        """By page; under HALF what was typed on pages that were put aside."""
        return dict(self.draft.answers or {}) if self.draft else {}

    @cached_property
    def progress(self) -> Progress:
        return progress(self.journey.steps, self.answers, self._is_proved)

    def _is_proved(self, phone: str) -> bool:
        return self.request.resident_phone_index == blind_index(phone, purpose="phone")

    @property
    def next_url(self) -> str:
        """The first page that is still to be answered, or the check page."""
        return self._url_of(self.progress)

    def _url_of(self, here: Progress) -> str:
        return self.journey.url(here.open.page if here.open else self.journey.check)

    @property
    def files(self) -> list[Document]:
        return list(Document.objects.of(self.draft).order_by("pk")) if self.draft else []

    def save(self, step: Step, answers: Any) -> None:
        """Keep the answers of one page; what rested on other answers there is asked again."""
        before = self.answers
        half = {page: typed for page, typed in before.get(HALF, {}).items() if page != step.page}
        after = forget_what_rests_on(self.journey.steps, step, before, {**before, step.page: answers, HALF: half})
        self._write({**dict.fromkeys(before.keys() - after.keys()), **after})

    def suggest(self, page: str, typed: Answers) -> None:
        """Keep what is known of a page that is still to be answered."""
        self._write({HALF: self.answers.get(HALF, {}) | {page: typed}})

    def ask_again(self, step: Step) -> None:
        self._write({step.page: None})

    def _write(self, answers: dict[str, Any]) -> None:
        if self.draft is None:
            session = self.request.session
            self.draft = drafts.new_draft(session, self.journey.kind, phone=verified_phone(session))
        self.draft = drafts.save_answers(self.draft, **answers)
        self.__dict__.pop("progress", None)

    # One page

    def page(self, step: Step) -> HttpResponse:
        """Show one page, or take what was typed on it and go on."""
        if not self.journey.is_open():
            messages.info(self.request, _("지금은 신청을 받지 않습니다."))
            return redirect(self.journey.url())
        if self.draft is None and step != self.journey.steps[0]:
            return self._lost(step)
        if self.draft is None and (closed := self._closed()) is not None:
            messages.warning(self.request, KEPT if closed else GONE)
        if not self.progress.reaches(step):
            return redirect(self.next_url)
        item = self._item(step)
        if step.many and item is None:
            return self._list(step)
        form = self._form(step, item)
        if not form.is_bound:
            return self.show(step, form)
        return self._typed(step, form, item)

    def _typed(self, step: Step, form: StepForm, item: int | None) -> HttpResponse:
        pressed, is_good = self.request.POST, form.is_valid()
        if form.redraws and form.redraws in pressed:
            return self.show(step, self._blank(step, form.half()))
        if isinstance(form, FilesForm):
            self._take_files(form)
            is_good = not form.errors
            if "more" in pressed or "remove" in pressed:
                return self.show(step, form)
        if is_good:
            self._keep(step, form.answers(), item)
            return self._onward(step, form)
        if "later" in pressed:
            self.suggest(step.page, form.half())
            if not step.many:
                self.ask_again(step)
            return self._later()
        return self.show(step, form)

    def _form(self, step: Step, item: int | None) -> StepForm:
        """The page's form with what was typed now, else with what is known."""
        answered = self.answers.get(step.page) or {}
        if item is not None:
            answered = answered[item] if item < len(answered) else {}
        known = answered or self.answers.get(HALF, {}).get(step.page) or {}  # what is put aside is not answered
        if self.request.method != "POST":
            return self._blank(step, known)
        data = self.request.POST
        if step.form.may_skip and "skip" in data:
            data = type(data)("")  # 건너뛰기: as if the page had been sent empty
        return self._blank(step, known, data, self.request.FILES)

    def _blank(self, step: Step, known: Answers, *data: Any) -> StepForm:
        more: dict[str, Any] = {"kept": self.files} if issubclass(step.form, FilesForm) else {}
        return step.form(*data, initial=known, said=self.progress.said, **more)

    def show(
        self, step: Step, form: Form, *, plain: str = "services/step.html", status: int = 200, **values: Any
    ) -> HttpResponse:
        """One page in its frame: the app's own template of its name, else the plain one."""
        steps, journey = self.progress.steps, self.journey
        at = steps.index(step) if step in steps else len(steps)
        back = journey.url(steps[at - 1].page if at else "")
        if "mend" in self.request.GET:
            back = journey.url(journey.check)
        elif self.request.GET.get("item") and self.answers.get(step.page):
            back = journey.url(step.page)
        page = {
            "journey": journey,
            "step": step,
            "number": at + 1,
            "total": len(steps) + 1,
            "said": self.progress.said,
            "form": form,
            "back_url": back,
            "files": self._links(form) if isinstance(form, FilesForm) else [],
            **(form.page() if isinstance(form, StepForm) else {}),
            **values,
        }
        own = [] if plain == LIST else [f"{journey.app}/{step.page}.html"]
        found = select_template([*own, plain])
        return HttpResponse(found.render(page, self.request), status=status)

    def _keep(self, step: Step, answers: Any, item: int | None) -> None:
        if item is not None:
            known = list(self.answers.get(step.page) or [])
            known[item : item + 1] = [answers]
            answers = known
        self.save(step, answers)

    def _onward(self, step: Step, form: StepForm) -> HttpResponse:
        """The code for a phone, the list of a page that has many, a page to be read, else the next question."""
        is_later = "later" in self.request.POST
        if step.proves:
            proved = progress(self.journey.steps, self.answers, lambda phone: True)
            url = reverse("services:my") if is_later else self._url_of(proved)
            phone = form.cleaned_data[step.proves]
            with refusals_to(form):
                return start_verification(self.request, phone, next_url=url, keeps=self.journey.kind)
            return self.show(step, form)
        if is_later:
            return self._later()
        if step.many:
            return redirect(self.journey.url(step.page))
        return redirect(self.journey.url(form.detour()) if form.detour() else self.next_url)

    def _later(self) -> HttpResponse:
        """저장하고 나중에 하기: it is found again by the phone, so that is asked for unless it is known."""
        if self.draft and self.draft.phone_index:
            messages.success(self.request, _("저장했습니다."))
            return redirect("services:my")
        asked = urlencode({"keep": self.journey.kind, "next": reverse("services:my")})
        return redirect(f"{reverse('services:my_start')}?{asked}")

    def _lost(self, step: Step) -> HttpResponse:
        """No draft in the middle of the form: say truthfully what is left, and keep what was typed just now."""
        key = self.request.session.get(Held.CLOSED, {}).get(self.journey.kind)
        waiting = Draft.objects.living().filter(pk=key).first() if key else None
        self.draft = waiting  # written, never shown, until its phone is proved again
        typed: Answers = {}
        if self.request.method == "POST" and not (step.rests_on or step.many or issubclass(step.form, FilesForm)):
            form = step.form(self.request.POST, said=self.progress.said)
            typed = form.half()
            if typed:
                self.suggest(step.page, typed)
                self.ask_again(step)
        if waiting:
            return ask_for_phone(self.request)
        self._closed()
        messages.warning(self.request, GONE if key == "" else NOT_HERE)
        if typed:
            messages.info(self.request, TYPED)
        return redirect(self.journey.url(self.journey.steps[0].page))

    def _closed(self) -> str | None:
        """The form of this kind that the idle limit closed here: its key, an empty text when it is gone. Told once."""
        closed = dict(self.request.session.get(Held.CLOSED, {}))
        key: str | None = closed.pop(self.journey.kind, None)
        if key is not None:
            self.request.session[Held.CLOSED] = closed
        return key

    # A page with many

    def _item(self, step: Step) -> int | None:
        """Which of many is asked for: its place, or one more than there are; nothing for the list of them."""
        if not step.many:
            return None
        known, asked = self.answers.get(step.page) or [], self.request.GET.get("item", "")
        return len(known) if not known or asked == "new" else _place(asked, known)

    def _list(self, step: Step) -> HttpResponse:
        """What is there so far, each to be changed or taken out; and on."""
        known, pressed = list(self.answers[step.page]), self.request.POST
        gone = _place(pressed.get("remove", ""), known)
        if gone is not None:
            del known[gone]
            self.save(step, known)
            return redirect(self.journey.url(step.page))
        if self.request.method == "POST":
            return self._later() if "later" in pressed else redirect(self.next_url)
        try:
            return self.show(step, Form(), plain=LIST, rows=list(self._rows(step)))
        except _Again:
            self.ask_again(step)
            return redirect(self.journey.url(step.page))

    # Files

    def _links(self, form: FilesForm) -> list[dict[str, Any]]:
        """What was uploaded, each with an address that opens it here."""
        named = zip(form.kept, form.names(), strict=True)
        return [{"file": one, "name": name, "url": link(one, self.request.session)} for one, name in named]

    def _take_files(self, form: FilesForm) -> None:
        """Judge what was sent, or take one out again."""
        by, pressed = actor_of(self.request), self.request.POST.get("remove", "")
        for gone in (one for one in form.kept if str(one.pk) == pressed):
            documents.remove(gone.pk, by=by)
        for name, most in form.at_most.items():
            for upload in self.request.FILES.getlist(name):
                if self.draft is None:
                    self._write({})
                try:
                    documents.accept(upload, subject=self.draft, kind=name, by=by, at_most=most)  # type: ignore[arg-type]
                except Refused as refusal:
                    form.add_error(name, refusal.sentence)
        form.kept = self.files

    # Check and send

    def check(self) -> HttpResponse:
        """Everything once more; then it is sent."""
        journey = self.journey
        if self.draft is None:
            was_sent = journey.kind in self.request.session.get(Held.SENT, {})
            return redirect(journey.url(f"{journey.prefix}done")) if was_sent else self._lost(journey.steps[-1])
        if self.progress.open or not journey.is_open():
            return redirect(self.next_url if journey.is_open() else journey.url())
        if "later" in self.request.POST:
            return self._later()
        try:
            rows = [row for step in self.progress.steps for row in self._rows(step)]
            return self._send() if self.request.method == "POST" else self._check(rows)
        except _Again as again:
            self.ask_again(again.step)
            form = self._blank(again.step, {})
            return self.show(again.step, form, status=409 if again.is_conflict else 400, refusal=again.sentence)
        except Refused as refusal:
            return self._check(rows, status=409 if refusal.conflict else 400, refusal=refusal.sentence)

    def _rows(self, step: Step) -> Iterator[dict[str, Any]]:
        url = self.journey.url(step.page)
        try:
            rows = self._rows_of(step)
        except Stale as stale:
            raise _Again(step, str(AGAIN)) from stale
        for row in rows:
            yield {"label": row.label, "parts": row.values, "url": f"{url}?{row.query}mend=1"}

    def _rows_of(self, step: Step) -> list[Row]:
        """What stands on the check page of one step; of many each with all its answers."""
        if not step.many:
            return self._blank(step, self.answers[step.page]).rows()
        many = [self._blank(step, one).rows() for one in self.answers[step.page]]
        return [
            Row(f"{step.label} {n}", [f"{row.label}: {', '.join(map(str, row.values))}" for row in rows], f"item={n}&")
            for n, rows in enumerate(many, start=1)
        ]

    def _check(self, rows: list[dict[str, Any]], *, status: int = 200, refusal: str = "") -> HttpResponse:
        journey, said = self.journey, self.progress.said
        title, send = journey.check_words(said)
        values = {"rows": rows, "title": title, "send": send, "refusal": refusal, **journey.check_page(said)}
        step = Step(journey.check, _("확인"), StepForm)
        return self.show(step, Form(), plain="services/step_check.html", status=status, **values)

    def _send(self) -> HttpResponse:
        """Send it once, also when the button is pressed twice at the same moment."""
        journey, session, draft = self.journey, self.request.session, self.draft
        if draft is None or not drafts.claim(draft):
            messages.info(self.request, _("보내고 있습니다. 잠시 뒤에 이 화면을 다시 열어 주세요."))
            return redirect("services:my")
        try:
            case = journey.send(self.progress.said, draft)
        except Refused as refusal:
            drafts.release(draft)
            asks = [step for step in self.progress.steps if refusal.field in self._blank(step, {}).fields]
            if not asks:
                raise
            raise _Again(asks[0], refusal.sentence, is_conflict=refusal.conflict) from refusal
        except BaseException:
            drafts.release(draft)
            raise
        drafts.drop_draft(session, draft)
        access.note_sent(session, journey.kind, case)
        return redirect(journey.done_url(case))


class _Again(Exception):
    """A page has to be answered again, and why."""

    def __init__(self, step: Step, sentence: str, *, is_conflict: bool = False) -> None:
        super().__init__(sentence)
        self.step, self.sentence, self.is_conflict = step, sentence, is_conflict


def _place(typed: str, known: list[Any]) -> int | None:
    """ "2" is the second of them: 1; anything else is none."""
    return next((at for at in range(len(known)) if str(at + 1) == typed), None)


# Before and after


def unfinished(request: PortalRequest, journey: Journey) -> dict[str, Any] | None:
    """What a start page offers to somebody who has begun already; nobody without a session has."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    walk = Walk(request, journey)
    return {"draft": walk.draft, "url": walk.next_url} if walk.draft else None


def just_sent(request: PortalRequest, journey: Journey, rows: models.QuerySet[Any]) -> Any:
    """The case that this visitor's form has become, for its done page; nothing for anybody else."""
    case = rows.filter(pk=request.session.get(Held.SENT, {}).get(journey.kind, 0)).first()
    return case if case and is_theirs(request.session, case.resident) else None


@never_cache
def my_draft(request: PortalRequest, key: UUID) -> HttpResponse:
    """One half-filled form: go on, or throw it away."""
    draft, known = drafts.own_draft(request.session, key), journeys()
    if draft is None or draft.kind not in known:
        messages.info(request, _("쓰시던 것이 이제 없습니다."))
        return redirect("services:my")
    journey = known[draft.kind]
    if "drop" in request.POST:
        drafts.drop_draft(request.session, draft)
        messages.success(request, _("지웠습니다."))
        return redirect(journey.url())
    if request.method == "POST":
        drafts.hold(request.session, draft)
        return redirect(Walk(request, journey).next_url)
    return render(request, "services/my_draft.html", {"draft": draft, "journey": journey})
