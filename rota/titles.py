"""What a shift is called where people see it: on calendars, in feeds and in mails."""

from rota.models import Duty, Shift

NOBODY = "nobody"


def names(shift: Shift) -> dict[str, str]:
    """Who has each role, by name; reads `duties` with their members, so fetch them before."""
    found = {duty.role: duty.member.name if duty.member else NOBODY for duty in shift.duties.all()}
    return {role: found.get(role, NOBODY) for role in Duty.Role.values}


def title(shift: Shift) -> str:
    """As the rota words it, on one line; braces within a name stand for themselves."""
    told = shift.rota.event_title.format(title=shift.rota.title, **names(shift))
    return " ".join(told.split())
