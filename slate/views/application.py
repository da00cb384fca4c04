"""The application, step by step; what is typed lies encrypted in a draft, the session holds only its key."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from services.actions import documents
from services.actions.people import draft_of, drop_draft, save_answers
from services.forms.people import add_refusal
from services.models import Document, Draft, Township, blind_index
from services.reports.documents import link
from services.rules.history import Actor
from services.rules.korean import date_long
from services.rules.refusal import Refused
from services.views.people import start_verification
from slate.actions import intake
from slate.actions.reminders import DRAFT_KIND as KIND
from slate.enums import BuildingKind, Household, Ownership, PhotoKind, Work
from slate.forms import questions
from slate.forms.answers import lives_there, new_from, plain
from slate.models import Application, Programme, SupportRate
from slate.reports import Quote, Wanted, current_programme, price_day, quote


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the application."""

    page: str
    label: Any


STEPS = (
    Step("application_address", gettext_lazy("건물 주소")),
    Step("application_parts", gettext_lazy("건물 부분과 면적")),
    Step("application_roof", gettext_lazy("새 지붕")),
    Step("application_household", gettext_lazy("가구")),
    Step("application_photos", gettext_lazy("사진")),
    Step("application_owner", gettext_lazy("건물 주인")),
    Step("application_contact", gettext_lazy("연락처")),
    Step("application_consents", gettext_lazy("동의")),
    Step("application_check", gettext_lazy("확인")),
)
PAGES = [step.page for step in STEPS]


def visitor(request: HttpRequest) -> Actor:
    return Actor.resident("phone" if request.resident_phone_index else "visitor")  # type: ignore[attr-defined]


# --- Moving through the steps ------------------------------------------------------------------------------------


def answers_of(draft: Draft) -> dict[str, Any]:
    answers: dict[str, Any] = draft.answers or {}  # type: ignore[assignment]
    return answers


def open_steps(answers: dict[str, Any]) -> list[str]:
    return [page for page in PAGES if page != "application_roof" or lives_there(answers)]


def missing_step(answers: dict[str, Any]) -> str | None:
    """The first page that has no answer yet."""
    needed = [page for page in open_steps(answers) if page != "application_check"]
    return next((page for page in needed if not answers.get(page.removeprefix("application_"))), None)


def onward(request: HttpRequest, page: str, answers: dict[str, Any]) -> HttpResponse:
    """The next page; back to the check page when one answer was mended; the start when it is kept for later."""
    if "later" in request.POST:
        draft = draft_of(request.session, KIND)
        until = date_long(dt.date.fromisoformat(draft.expires_at.date().isoformat()))
        messages.success(request, _("저장했습니다. %(until)s까지 이어서 하실 수 있습니다.") % {"until": until})
        return redirect("slate:start")
    if request.GET.get("mend"):
        return redirect("slate:application_check")
    pages = open_steps(answers)
    return redirect(f"slate:{pages[pages.index(page) + 1]}")


def show(request: HttpRequest, page: str, answers: dict[str, Any], **values: Any) -> HttpResponse:
    """One step, with its number and the way back."""
    pages = open_steps(answers)
    number = pages.index(page) + 1
    before = pages[number - 2] if number > 1 else "start"
    frame = {
        "number": number,
        "total": len(pages),
        "step": next(step for step in STEPS if step.page == page),
        "back_url": reverse("slate:application_check" if request.GET.get("mend") else f"slate:{before}"),
        "programme": current_programme(),
    }
    return render(request, f"slate/{page}.html", frame | values)


def ask(request: HttpRequest, page: str, form_class: type[forms.Form], **values: Any) -> HttpResponse:
    """A step that is one plain form."""
    draft = draft_of(request.session, KIND)
    answers = answers_of(draft)
    key = page.removeprefix("application_")
    form = form_class(request.POST or None, initial=answers.get(key))
    if form.is_valid():
        save_answers(draft, **{key: plain(form.cleaned_data)})
        return onward(request, page, answers_of(draft))
    return show(request, page, answers, form=form, **values)


# --- The steps ---------------------------------------------------------------------------------------------------


@never_cache
def application_address(request: HttpRequest) -> HttpResponse:
    return ask(request, "application_address", questions.AddressForm)


@never_cache
def application_parts(request: HttpRequest) -> HttpResponse:
    """A2: the list of parts; the first visit goes straight to the form for one."""
    draft = draft_of(request.session, KIND)
    answers = answers_of(draft)
    if not answers.get("parts"):
        return redirect("slate:application_part")
    if request.method == "POST":
        return onward(request, "application_parts", answers)
    return show(request, "application_parts", answers, parts=[shown(part) for part in answers["parts"]])


def shown(part: dict[str, Any]) -> dict[str, Any]:
    area = _("담당자가 잽니다") if part["is_area_guessed"] else f"{Decimal(part['area_m2']).normalize():f}m²"
    return part | {"label": BuildingKind(part["kind"]).label, "area": area}


@never_cache
def application_part(request: HttpRequest) -> HttpResponse:
    """A2 and A3: add one part, or mend the one whose number is asked for."""
    draft = draft_of(request.session, KIND)
    answers = answers_of(draft)
    parts = list(answers.get("parts", []))
    index = _index(request, parts)
    form = questions.PartForm(request.POST or None, initial=None if index is None else parts[index])
    if form.is_valid():
        part = plain(form.cleaned_data)
        if index is None:
            parts.append(part)
        else:
            parts[index] = part
        save_answers(draft, parts=parts)
        return redirect("slate:application_parts")
    number = len(parts) + 1 if index is None else index + 1
    return _part_page(request, answers, form, number)


def _index(request: HttpRequest, parts: list[Any]) -> int | None:
    asked = request.GET.get("part", "")
    return int(asked) - 1 if asked.isdecimal() and 0 < int(asked) <= len(parts) else None


def _part_page(request: HttpRequest, answers: dict[str, Any], form: forms.Form, number: int) -> HttpResponse:
    pages = open_steps(answers)
    frame = {
        "number": pages.index("application_parts") + 1,
        "total": len(pages),
        "step": STEPS[1],
        "back_url": reverse("slate:application_parts" if answers.get("parts") else "slate:application_address"),
        "form": form,
        "part_number": number,
    }
    return render(request, "slate/application_part.html", frame)


@require_POST
def application_part_remove(request: HttpRequest) -> HttpResponse:
    draft = draft_of(request.session, KIND)
    parts = list(answers_of(draft).get("parts", []))
    index = _index(request, parts)
    if index is not None:
        del parts[index]
        save_answers(draft, parts=parts)
    return redirect("slate:application_parts")


@never_cache
def application_roof(request: HttpRequest) -> HttpResponse:
    programme = current_programme()
    cap = roof_cap_won(programme) if programme else None
    return ask(request, "application_roof", questions.RoofForm, roof_cap_won=cap)


@never_cache
def application_household(request: HttpRequest) -> HttpResponse:
    return ask(request, "application_household", questions.HouseholdForm)


@never_cache
def application_photos(request: HttpRequest) -> HttpResponse:
    """A6: photos are judged at once; one that is refused does not lose the others."""
    draft = draft_of(request.session, KIND)
    answers = answers_of(draft)
    form = questions.PhotosForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        _take_photos(request, draft, form)
        if "more" not in request.POST and not form.errors:
            save_answers(draft, photos={"seen": True})
            return onward(request, "application_photos", answers_of(draft))
    photos = _photos(request, draft)
    taken = {photo["kind"] for photo in photos}
    left = [form[name] for name in PhotoKind.values if name not in taken]
    return show(request, "application_photos", answers, form=form, photos=photos, left=left)


def _take_photos(request: HttpRequest, draft: Draft, form: forms.Form) -> None:
    form.is_valid()
    for name in PhotoKind.values:
        for upload in request.FILES.getlist(name):
            try:
                documents.accept(upload, subject=draft, kind=name, by=visitor(request), at_most=1)
            except Refused as refusal:
                form.add_error(name, refusal.sentence)


def _photos(request: HttpRequest, draft: Draft) -> list[dict[str, Any]]:
    return [
        {"pk": photo.pk, "kind": photo.kind, "label": PhotoKind(photo.kind).label, "url": link(photo, request.session)}
        for photo in Document.objects.of(draft)
    ]


@require_POST
def application_photo_remove(request: HttpRequest, pk: int) -> HttpResponse:
    photo = Document.objects.of(draft_of(request.session, KIND)).filter(pk=pk).first()
    if photo:
        documents.remove(photo, by=visitor(request))
    return redirect("slate:application_photos")


@never_cache
def application_owner(request: HttpRequest) -> HttpResponse:
    return ask(request, "application_owner", questions.OwnerForm)


@never_cache
def application_contact(request: HttpRequest) -> HttpResponse:
    """A8: name and phone; the phone is proved by a code before the next step."""
    draft = draft_of(request.session, KIND)
    answers = answers_of(draft)
    form = questions.ContactForm(request.POST or None, initial=answers.get("contact"))
    if form.is_valid():
        save_answers(draft, contact=plain(form.cleaned_data))
        next_page = onward(request, "application_contact", answers_of(draft))
        try:
            return start_verification(request, form.cleaned_data["phone"], next_url=next_page["Location"])
        except Refused as refusal:
            add_refusal(form, refusal)
    return show(request, "application_contact", answers, form=form)


@never_cache
def application_consents(request: HttpRequest) -> HttpResponse:
    """A9: whoever comes here from the code has proved the phone, so that the form's end can be announced to it."""
    draft = draft_of(request.session, KIND)
    phone = answers_of(draft).get("contact", {}).get("phone", "")
    if phone and _is_proved(request, phone) and answers_of(draft).get("proved_phone") != phone:
        save_answers(draft, proved_phone=phone)
    return ask(request, "application_consents", questions.ConsentForm)


@never_cache
def application_check(request: HttpRequest) -> HttpResponse:
    """A10: everything once more, with the estimate; then it is sent."""
    draft = draft_of(request.session, KIND)
    answers = answers_of(draft)
    programme = current_programme()
    if programme is None or (missing := missing_step(answers)):
        return redirect("slate:start" if programme is None else f"slate:{missing}")
    if not _is_proved(request, answers["contact"]["phone"]):
        return redirect("slate:application_contact")
    form = forms.Form(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            application = intake.submit(programme, new_from(answers, programme), by=visitor(request), draft=draft)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            drop_draft(request.session, KIND)
            request.session["slate_receipt"] = application.pk
            return redirect("slate:application_done")
    values = {"form": form, "rows": rows_of(answers, draft), "quote": estimate_of(answers, programme)}
    return show(request, "application_check", answers, **values)


def _is_proved(request: HttpRequest, phone: str) -> bool:
    index: str = request.resident_phone_index  # type: ignore[attr-defined]
    return index == blind_index(phone, purpose="phone")


@never_cache
def application_done(request: HttpRequest) -> HttpResponse:
    """A11: the number and the next steps."""
    rows = Application.objects.select_related("programme")
    application = rows.filter(pk=request.session.get("slate_receipt", 0)).first()
    if application is None:
        return redirect("slate:start")
    return render(request, "slate/application_done.html", {"application": application})


# --- Answers into values -----------------------------------------------------------------------------------------


def estimate_of(answers: dict[str, Any], programme: Programme) -> Quote:
    """What the city would pay for these answers, before there is an application."""
    new = new_from(answers, programme)
    wanted = []
    for part in new.parts:
        kind = BuildingKind(part.kind)
        wanted.append(Wanted(str(kind.label), kind.work, part.area_m2))
        if part.wants_reroofing:
            wanted.append(Wanted(str(Work.REROOFING.label), Work.REROOFING, part.area_m2))
    return quote(programme, new.household, wanted, day=price_day(programme))


def rows_of(answers: dict[str, Any], draft: Draft) -> list[dict[str, Any]]:
    """The check page: each answer with its way back."""
    contact, owner = answers["contact"], answers["owner"]
    township = Township.objects.get(pk=answers["address"]["township"])
    photos = Document.objects.of(draft).count()
    parts = [f"{part['label']} {part['area']}" for part in map(shown, answers["parts"])]
    wants = answers.get("roof", {}).get("wants_reroofing") == "yes"
    rows = [
        ("application_address", _("건물 주소"), [f"{township.name} {answers['address']['address']}"]),
        ("application_parts", _("건물 부분"), parts),
        ("application_household", _("가구"), [Household(answers["household"]["household"]).label]),
        ("application_photos", _("사진"), [_("%(n)s장") % {"n": photos}]),
        ("application_owner", _("건물 주인"), [Ownership(owner["ownership"]).label]),
        ("application_contact", _("신청하시는 분"), [contact["name"]]),
        ("application_contact", _("편지 받으실 주소"), [contact.get("postal_address") or _("건물 주소와 같습니다")]),
        ("application_consents", _("동의한 것"), [_("1번부터 3번까지")]),
    ]
    if lives_there(answers):
        rows.insert(2, ("application_roof", _("새 지붕"), [_("예") if wants else _("아니요")]))
    return [
        {"label": label, "parts": values, "url": f"{reverse(f'slate:{page}')}?mend=1"} for page, label, values in rows
    ]


def roof_cap_won(programme: Programme) -> int | None:
    """Up to how much a new roof is supported this year, for the hint of A4."""
    rate = SupportRate.objects.filter(year=programme.year, work=Work.REROOFING, household="vulnerable").first()
    return rate.cap_won if rate else None
