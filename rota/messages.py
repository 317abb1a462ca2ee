"""What is said in Slack: people are mentioned by id, and all that is data stands for itself."""

from collections.abc import Callable

from rota.models import Member, Rota, Shift
from rota.models.rotas import ASSIST, LEAD
from rota.on_duty import OnDuty, on_duty
from rota.titles import NOBODY

# Our own words, by the kind of rota, and whether anybody else is on duty beside whoever starts.
PAIR = "{lead} is on support today, {assist} assisting."
TOGETHER = "{incoming} joins {current} as {title} today."
ALONE = "{member} is {title} from today on."

Calls = Callable[[Member], str]


def fields(on: OnDuty, called: Calls, *, title: str) -> dict[str, str]:
    """What a text about a change of shift can be filled in with; `called` says what a person is
    called. Where nobody is, or shifts do not overlap, there is still a word."""
    roles = {duty.role: duty.member for shift in on.shifts[:1] for duty in shift.duties.all()}
    incoming, current = on.incoming or on.starter, on.current
    people = {
        "lead": roles.get(LEAD),
        "assist": roles.get(ASSIST),
        "member": on.starter,
        "incoming": incoming,
        "current": current,
    }
    told = {name: called(member) if member else NOBODY for name, member in people.items()}
    return told | {
        "title": title,
        "incoming_first_name": first_name(incoming),
        "current_first_name": first_name(current),
    }


def first_name(member: Member | None) -> str:
    return next(iter(member.name.split()), NOBODY) if member else NOBODY


def of_change(template: str, shift: Shift) -> str:
    """What is posted when this shift begins, told by who has it as of now; without a template, in
    our own words."""
    rota: Rota = shift.rota
    on = on_duty(rota, rota.begins(shift.start))
    told = fields(on, mention, title=escaped(rota.title))
    for name in ("incoming_first_name", "current_first_name"):
        told[name] = escaped(told[name])
    return (template or _own_words(on)).format(**told)


def _own_words(on: OnDuty) -> str:
    if not on.rota.is_rolling:
        return PAIR
    return TOGETHER if on.rota.overlaps and on.current is not None else ALONE


def mention(member: Member) -> str:
    """They are notified by their id; somebody without one is called by name."""
    return f"<@{member.person.slack_id}>" if member.person.slack_id else escaped(member.name)


def escaped(text: str) -> str:
    """As Slack wants what is no markup of ours."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
