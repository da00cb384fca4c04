"""Files that a page gives out."""

from collections.abc import Iterable, Sequence

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from services.reports.sheets import csv_parts


def csv_answer(name: str, heads: Sequence[object], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """A table as a CSV file of this name, sent while it is made."""
    answer = StreamingHttpResponse(csv_parts(heads, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return answer
