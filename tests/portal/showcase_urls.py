"""The portal with one more page: all components, for a browser to look at."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from gimje_portal.urls import handler400, handler403, handler404, handler500, urlpatterns
from tests.portal import showcase

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def components(request: HttpRequest, frame: str) -> HttpResponse:
    messages.success(request, "저장했습니다.")
    head = showcase.STAFF_HEAD if frame == "staff" else showcase.HEAD
    scripts = '{% block scripts %}{% include "components/_chart_scripts.html" %}{% endblock %}'
    template = engines["django"].from_string(head + showcase.BODY + showcase.TAIL + scripts)
    return HttpResponse(template.render(showcase.context(faults="faults" in request.GET), request))


urlpatterns = [*urlpatterns, path("components/<slug:frame>/", components, name="components")]
