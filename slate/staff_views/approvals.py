"""결재함: what waits for the approver, one by one or up to a hundred at once."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from services.views.refusals import refusals_to
from services.views.requests import PortalRequest, staff_of
from slate.actions import decisions
from slate.enums import ApplicationState
from slate.forms.staff import BatchForm
from slate.models import Application
from slate.reports import current_programme, quote_of, total
from slate.staff_views.queue import due_words

ROWS = 20


def approvals(request: PortalRequest) -> HttpResponse:
    """Everything proposed by somebody else, in the order of due days."""
    user = staff_of(request)
    waiting = Application.objects.with_approver().exclude(proposed_by=user).order_by("due_on", "pk")
    rows = waiting.select_related("resident", "township", "proposed_by", "programme").prefetch_related("parts")
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    programme = current_programme()
    values = {
        "page": page,
        "rows": [
            {
                "application": row,
                "due": due_words(row),
                "is_approval": row.state == ApplicationState.SELECTION_PROPOSED,
            }
            for row in page.object_list
        ],
        "own": Application.objects.with_approver().filter(proposed_by=user).order_by("due_on", "pk"),
        "balance": total(programme) if programme else None,
    }
    return render(request, "slate/staff/approvals.html", values)


@require_POST
def approve_many(request: PortalRequest) -> HttpResponse:
    """{n}건 지원 결정하기: each by itself; what does not fit stays and says why."""
    user = staff_of(request)
    form = BatchForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return redirect("slate:staff_approvals")
    chosen = form.rows
    if "confirmed" not in request.POST:
        sums = [quote_of(application) for application in chosen]
        programme = current_programme()
        values = {
            "chosen": [(application, quote.support_won) for application, quote in zip(chosen, sums, strict=True)],
            "seen": form.cleaned_data["chosen"],
            "support_won": sum(quote.support_won for quote in sums),
            "left_won": total(programme).left_won - sum(quote.support_won for quote in sums) if programme else 0,
        }
        return render(request, "slate/staff/approve_many.html", values)
    with refusals_to(request):
        results = decisions.approve_many(form.versions, by=user.actor)
        done = sum(result.is_approved for result in results)
        rest = [result for result in results if not result.is_approved]
        left = f" {len(rest)}건은 남았습니다." if rest else ""
        messages.success(request, f"{len(results)}건 가운데 {done}건을 결정했습니다.{left}")
        for result in rest:
            messages.warning(request, f"{result.application.reference}: {result.sentence}")
    return redirect("slate:staff_approvals")
