"""Who may look at what belongs to rotas; what may be done with it is said where it is done."""

from django.http import HttpRequest

LOOK = ("rota.view_rota", "rota.change_rota", "rota.act_for_members")


def may_look(request: HttpRequest) -> bool:
    """At duties, swaps and moves: whoever may see the rota, or act for its members."""
    return any(map(request.user.has_perm, LOOK))


def may_set_up(request: HttpRequest) -> bool:
    """Whoever may change a rota may say who is in it."""
    return request.user.has_perm("rota.change_rota") or request.user.has_perm("rota.add_rota")
