"""Staff look at a file; the reading log says so."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from services.actions import history
from services.models import Document
from services.reports.documents import LinkIsOld, LinkIsWrong, open_link, read_file
from services.views.requests import PortalRequest, staff_of


def document(request: PortalRequest, token: str) -> HttpResponse:
    """A file of a case whose page this member of staff had open."""
    user = staff_of(request)
    try:
        opened = open_link(token, user)
        data = read_file(opened.path)
    except LinkIsOld:
        return render(request, "services/staff/document_too_late.html", status=410)
    except (LinkIsWrong, Document.DoesNotExist, FileNotFoundError) as error:
        raise Http404 from error
    if opened.document.resident:
        action = "내려받기" if opened.is_original else "보기"
        address = request.address or None
        history.record_reading(user, opened.document.resident, opened.document, action, address=address)
    return HttpResponse(data, headers=opened.headers)
