"""Showing a file to the person for whom its link was made."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from services.models import Document
from services.reports.documents import LinkIsOld, LinkIsWrong, open_link, read_file
from services.views.requests import PortalRequest


def document(request: PortalRequest, token: str) -> HttpResponse:
    """A file of the case that this browser's session looked at a moment ago."""
    try:
        opened = open_link(token, request.session)
        data = read_file(opened.path)
    except LinkIsOld:
        return render(request, "services/document_too_late.html", status=410)
    except (LinkIsWrong, Document.DoesNotExist, FileNotFoundError) as error:
        raise Http404 from error
    return HttpResponse(data, headers=opened.headers)
