"""What somebody who tries things out can let happen to a stand-up that was made over the API."""

from collections.abc import Callable

from integrations.geekbot.sandbox_asking import Asks
from integrations.geekbot.sandbox_stored import WEEKDAYS, Asking, StoredStandup


class CannotHappen(LookupError):
    """Why not, in words."""


def happen(sandbox: Asks, name: str) -> None:
    if name not in ACTS:
        raise CannotHappen(f"nothing called {name!r} can happen; there are {', '.join(ACTS)}")
    sandbox.catch_up()
    ACTS[name][1](sandbox)


def _ours(sandbox: Asks) -> StoredStandup:
    """The last one that came over the API and is still there."""
    for _, number in reversed(sandbox.writes):
        if number in sandbox.standups:
            return sandbox.standups[number]
    raise CannotHappen("no stand-up was made over the API yet")


def _waiting(sandbox: Asks) -> Asking:
    number = _ours(sandbox).id
    asked = [each for each in sandbox.askings if each.standup == number and each.is_open]
    if not asked:
        raise CannotHappen("nobody is being asked just now")
    return asked[-1]


def _answered(text: str) -> Callable[[Asks], None]:
    def act(sandbox: Asks) -> None:
        asking = _waiting(sandbox)
        sandbox.answer(asking.user, text, standup=asking.standup)

    return act


def _thinks_again(sandbox: Asks) -> None:
    number = _ours(sandbox).id
    given = [each.id for each in sandbox.reports.values() if each.standup == number]
    if not given:
        raise CannotHappen("nobody has answered yet")
    sandbox.edit_answer(given[-1], "ok, I can do it after all")


def _renamed(sandbox: Asks) -> None:
    held = _ours(sandbox)
    sandbox.change_standup(held.id, name=f"{held.name} (new)")


def _moved(sandbox: Asks) -> None:
    held = _ours(sandbox)
    last = WEEKDAYS.index(held.days[-1])
    sandbox.change_standup(held.id, days=[WEEKDAYS[(last + 1) % 7]], time="07:00:00")


def _paused(sandbox: Asks) -> None:
    held = _ours(sandbox)
    sandbox.change_standup(held.id, paused=not held.paused)


def _deleted(sandbox: Asks) -> None:
    sandbox.delete_standup(_ours(sandbox).id)


ACTS: dict[str, tuple[str, Callable[[Asks], None]]] = {
    "accepts": ("Whoever was asked last answers “ok”", _answered("ok")),
    "declines": ("Whoever was asked last cannot", _answered("I am away, could Yara do it?")),
    "thinks_again": ("The last answer is changed to “ok, …”", _thinks_again),
    "renamed": ("Somebody renames our stand-up", _renamed),
    "moved": ("Somebody moves it to another day and time", _moved),
    "paused": ("Somebody pauses it, or lets it go on", _paused),
    "deleted": ("Somebody deletes it", _deleted),
}
HAPPENINGS = {name: words for name, (words, _) in ACTS.items()}
