"""What somebody who tries things out can let happen at the Slack stand-in."""

from collections.abc import Callable

from integrations.slack.sandbox_records import Records
from integrations.slack.sandbox_seed import ADA, GRACE, ON_DUTY, SAM, SUPPORT_TRIAGERS, WIM, ZOE


class CannotHappen(LookupError):
    """Why not, in words."""


def happen(records: Records, name: str) -> None:
    if name not in ACTS:
        raise CannotHappen(f"nothing called {name!r} can happen; there are {', '.join(ACTS)}")
    ACTS[name][1](records)


def _joins(records: Records) -> None:
    triagers = records.groups[SUPPORT_TRIAGERS].users
    if ZOE in triagers:
        raise CannotHappen("Zoe is among the support triagers already")
    records.set_members(SUPPORT_TRIAGERS, [*triagers, ZOE], by=GRACE)


def _steps_back(records: Records) -> None:
    triagers = records.groups[SUPPORT_TRIAGERS].users
    if SAM not in triagers:
        raise CannotHappen("Sam is none of the support triagers")
    records.set_members(SUPPORT_TRIAGERS, [each for each in triagers if each != SAM], by=GRACE)


def _leaves(records: Records) -> None:
    if records.users[WIM].deleted:
        raise CannotHappen("Wim has left already")
    records.change_user(WIM, deleted=True)


def _renames(records: Records) -> None:
    records.change_user(ADA, display_name="" if records.users[ADA].display_name else "Countess")


def _meddles(records: Records) -> None:
    records.set_members(ON_DUTY, [GRACE], by=GRACE)


ACTS: dict[str, tuple[str, Callable[[Records], None]]] = {
    "joins": ("Zoe joins the support triagers", _joins),
    "steps_back": ("Sam leaves the support triagers", _steps_back),
    "leaves": ("Wim leaves the company", _leaves),
    "renames": ("Ada changes the name she is shown by", _renames),
    "meddles": ("Grace puts herself on duty in Slack", _meddles),
}
HAPPENINGS = {name: words for name, (words, _) in ACTS.items()}
