"""A rota's report, to take along."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from rota import report
from rota.views.access import signed_in, visible


@signed_in
@require_safe
def as_json(request: HttpRequest, name: str) -> HttpResponse:
    document = report.document(visible(request, name), now=timezone.now())
    answer = JsonResponse(document, json_dumps_params={"indent": 2, "ensure_ascii": False})
    return _download(answer, f"{name}-report.json")


@signed_in
@require_safe
def as_csv(request: HttpRequest, name: str) -> HttpResponse:
    document = report.document(visible(request, name), now=timezone.now())
    # With a mark at its beginning, or spreadsheets guess a character set for names.
    text = "\ufeff" + report.as_csv(document)
    return _download(HttpResponse(text, content_type="text/csv; charset=utf-8"), f"{name}.csv")


def _download(response: HttpResponse, name: str) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
