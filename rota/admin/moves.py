"""The admin of moves: which duty went from whom to whom, by whom and when. Only to be read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from integrations.admin import Explained
from rota.admin.changing import in_words
from rota.admin.permissions import may_look
from rota.models import Move
from uploader.admin import ReadOnly


@admin.register(Move)
class MoveAdmin(ReadOnly, Explained):
    words = (
        "Every change of who has a duty: whose it was and is, how that came about, by whom, and "
        "when those whom it concerns were told."
    )
    list_display = ("at", "what", "rota", "was", "now", "origin", "by", "run", "told_at")
    list_display_links = ("at",)
    list_filter = ("duty__shift__rota", "origin")
    list_select_related = (
        "duty__shift__rota",
        "was__person",
        "now__person",
        "by",
        "run__sync",
    )
    search_fields = ("was__person__name", "now__person__name")
    date_hierarchy = "at"
    show_full_result_count = False
    fields = ("at", "what", "rota", "was", "now", "origin", "by", "run", "told_at")
    readonly_fields = fields

    @admin.display(description="duty", ordering="duty__shift__start")
    def what(self, move: Move) -> str:
        page = reverse("admin:rota_duty_change", args=[move.duty_id])
        return format_html('<a href="{}">{}</a>', page, in_words(move.duty))

    @admin.display(description="rota", ordering="duty__shift__rota__name")
    def rota(self, move: Move) -> str:
        return str(move.duty.shift.rota)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or may_look(request)
