"""The application: its journey, from the answers to the case, and the page with the number (COPY 3.6)."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from services.forms.steps import Answers, Journey
from services.models import Draft
from services.rules.history import Actor
from services.views.requests import PortalRequest
from services.views.steps import Walk, just_sent
from slate.actions import intake
from slate.actions.reminders import DRAFT_KIND
from slate.enums import BuildingKind, Work
from slate.forms.answers import new_from
from slate.forms.questions import STEPS
from slate.models import Application, Programme
from slate.reports import Quote, Wanted, current_programme, price_day, quote
from slate.reports.money import takes_applications
from slate.reports.owners import contest_of


class ApplicationJourney(Journey):
    """An application for the support of this year's programme."""

    kind, app, prefix, address = DRAFT_KIND, "slate", "application_", "slate/apply/%s/"
    title = gettext_lazy("슬레이트 지붕 철거 지원 신청")
    steps = STEPS

    @property
    def phone(self) -> str:  # type: ignore[override]
        return _programme().phone

    def is_open(self) -> bool:
        return takes_applications()

    def check_words(self, said: Answers) -> tuple[str, str]:
        return _("신청 내용을 확인해 주세요"), _("제출하기")

    def check_page(self, said: Answers) -> dict[str, Any]:
        return {"quote": _estimate_of(said, _programme())}

    def send(self, said: Answers, draft: Draft) -> Application:
        programme = _programme()
        return intake.submit(programme, new_from(said, programme), by=Actor.resident("phone"), draft=draft)


APPLICATION = ApplicationJourney()


def _programme() -> Programme:
    return current_programme() or Programme()


def _estimate_of(said: Answers, programme: Programme) -> Quote:
    """What the city would pay for these answers, before there is an application."""
    new = new_from(said, programme)
    wanted = []
    for part in new.parts:
        kind = BuildingKind(part.kind)
        wanted.append(Wanted(str(kind.label), kind.work, part.area_m2))
        if part.wants_reroofing:
            wanted.append(Wanted(str(Work.REROOFING.label), Work.REROOFING, part.area_m2))
    return quote(programme, new.household, wanted, day=price_day(programme))


def begin_with(request: PortalRequest, *, household: str, part: Answers) -> HttpResponse:
    """Go on from the check: what was answered there is not asked again."""
    walk = Walk(request, APPLICATION)
    steps = {step.page: step for step in STEPS}
    if not walk.answers.get("application_parts"):
        walk.suggest("application_parts", part)
    walk.save(steps["application_household"], {"household": household})
    return redirect(walk.next_url)


@never_cache
def application_done(request: PortalRequest) -> HttpResponse:
    """COPY A11: the number and the next steps."""
    application = just_sent(request, APPLICATION, Application.objects.select_related("programme", "resident"))
    if application is None:
        return redirect("slate:start")
    page = {"application": application, "contest": contest_of(application)}
    return render(request, "slate/application_done.html", page)
