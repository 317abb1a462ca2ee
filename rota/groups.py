"""What the two groups of a rota are called, wherever their names are written."""

from rota.models import Rota

Names = tuple[str, str]


def renamed(was: Names, now: Names) -> dict[str, str]:
    """What each group is called now; one that keeps its name may have changed its place."""
    kept = {name: name for name in was if name in now}
    gone = [name for name in was if name not in now]
    new = [name for name in now if name not in was]
    return kept | dict(zip(gone, new, strict=True))


def rename(rota: Rota, was: Names) -> None:
    """Members, and the shifts that a group leads, follow the names of the rota."""
    for old, new in renamed(was, rota.groups).items():
        if old != new:
            rota.members.filter(group=old).update(group=new)
            rota.shifts.filter(leads=old).update(leads=new)
