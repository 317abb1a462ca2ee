"""Swaps: somebody asks to be relieved of a duty, and one of the same group takes it."""

from collections import defaultdict
from typing import Any

from django.db import IntegrityError, transaction

from rota import duties
from rota.duties import Doing, NotPossible
from rota.models import Absence, Duty, Member, Rota, Swap
from rota.words import SHORT, during


def may_act_for(user: Any, member: Member | None) -> bool:
    """The member themselves, or staff who may act for members."""
    if member is None or not user.is_authenticated:
        return False
    if member.person.user_id == user.pk:
        return True
    return bool(user.is_staff and user.has_perm("rota.act_for_members"))


def ask(duty: Duty, *, doing: Doing, with_duty: Duty | None = None, note: str = "") -> Swap:
    """Ask that somebody else take the duty, perhaps in exchange for one of theirs."""
    duties.require_open(duty, doing=doing)
    if duty.member is None:
        raise NotPossible(f"Nobody has {duty}.")
    if with_duty is not None:
        _require_exchange(duty, with_duty, doing=doing)
    try:
        with transaction.atomic():
            return Swap.objects.create(
                duty=duty,
                asked_by=duty.member,
                with_duty=with_duty,
                note=note,
                asked_at=doing.now,
            )
    except IntegrityError:
        raise NotPossible(f"A swap of {duty} is asked for already.") from None


def take(swap: Swap, member: Member, *, doing: Doing, with_duty: Duty | None = None) -> None:
    """The member takes the duty; what was asked for, or is offered, in return goes back."""
    with transaction.atomic():
        held = Swap.objects.select_for_update().filter(pk=swap.pk, state=Swap.State.ASKED).first()
        if held is None:
            raise NotPossible("This swap is not open any more.")
        back = held.with_duty or with_duty
        _require_takeable(held, member, back, doing=doing)
        # Closed first: giving the duty away withdraws what is still asked for of it.
        Swap.objects.filter(pk=held.pk).update(
            state=Swap.State.TAKEN, taken_by=member, with_duty=back, closed_at=doing.now
        )
        try:
            _swapped(held.duty, held.asked_by, member, doing)
            if back is not None:
                _swapped(back, member, held.asked_by, doing)
        except duties.Stale:
            raise NotPossible("One of the duties has changed meanwhile; look again.") from None
    swap.refresh_from_db()


def withdraw(swap: Swap, *, doing: Doing) -> None:
    """Nothing is asked for any more; one that was taken stays taken."""
    Swap.objects.filter(pk=swap.pk, state=Swap.State.ASKED).update(
        state=Swap.State.WITHDRAWN, closed_at=doing.now
    )
    swap.refresh_from_db()


def _swapped(duty: Duty, was: Member, now: Member, doing: Doing) -> None:
    duties.give(
        duty,
        now,
        origin=Duty.Origin.SWAPPED,
        doing=doing,
        expected=was,
        instead_of=was,
    )
    if duty.shift.rota.is_rolling:
        # They agreed to it: they need not be asked.
        duties.accepted(duty, now, at=doing.now)


def _require_takeable(swap: Swap, member: Member, back: Duty | None, *, doing: Doing) -> None:
    duties.require_open(swap.duty, doing=doing)
    if member.pk == swap.asked_by_id:
        raise NotPossible(f"{member} has this duty already.")
    duties.require_possible(member, swap.duty, without=back)
    _require_there(member, swap.duty)
    if back is None:
        return
    if back.member_id != member.pk:
        raise NotPossible(f"{back} is not {member}'s to give in return.")
    _require_exchange(swap.duty, back, doing=doing)
    _require_there(swap.asked_by, back)


def _require_there(member: Member, duty: Duty) -> None:
    """Nobody who asks is asked again whether what they get in return suits them."""
    shift = duty.shift
    if duties.is_away(shift, member.person.absences.all()):
        raise NotPossible(f"{member} is away {during(shift, SHORT)}.")
    if not duties.works_in(member, shift):
        raise NotPossible(f"{member} does not work on {shift.start:%A}s.")


def _require_exchange(duty: Duty, back: Duty, *, doing: Doing) -> None:
    """Both can do what they get; whether somebody is away is asked when it is taken."""
    duties.require_open(back, doing=doing)
    if back.member is None or duty.member is None or back.member_id == duty.member_id:
        raise NotPossible(f"{back} cannot be given in return for {duty}.")
    duties.require_possible(duty.member, back, without=duty)
    duties.require_possible(back.member, duty, without=back)


# ----------------------------------------------------------------- who could take it


class Free:
    """Who of a rota could have which duty; absences, and who serves when, are read once."""

    def __init__(self, rota: Rota) -> None:
        self.away: dict[int, list[Absence]] = defaultdict(list)
        for absence in Absence.objects.filter(person__memberships__rota=rota).distinct():
            self.away[absence.person_id].append(absence)
        # Shifts of a paired rota do not overlap.
        self.held: dict[int, list[Duty]] = defaultdict(list)
        for duty in _held(rota) if rota.is_rolling else ():
            if duty.member is not None:
                self.held[duty.member.person_id].append(duty)

    def could_have(self, member: Member | None, duty: Duty, *, without: Duty | None = None) -> bool:
        """`without`: another duty, which they give away for it."""
        if member is None or duties.why_not_there(member, duty) is not None:
            return False
        if any(self._overlaps(duty, other, without) for other in self.held[member.person_id]):
            return False
        is_away = duties.is_away(duty.shift, self.away[member.person_id])
        return duties.works_in(member, duty.shift) and not is_away

    def could_exchange(self, duty: Duty, other: Duty) -> bool:
        """Whether each could have what the other has."""
        there = self.could_have(duty.member, other, without=duty)
        return there and self.could_have(other.member, duty, without=other)

    def _overlaps(self, duty: Duty, other: Duty, without: Duty | None) -> bool:
        if other.pk == duty.pk or (without is not None and other.pk == without.pk):
            return False
        one, two = duty.shift, other.shift
        return one.start < two.end and two.start < one.end


def _held(rota: Rota) -> Any:
    rows = Duty.objects.filter(shift__rota=rota, shift__cancelled_at=None).exclude(member=None)
    return rows.select_related("shift__rota", "member__person")


def possible_takers(swap: Swap, *, free: Free) -> list[Member]:
    """Who could take it, for nothing or for one of theirs: of the right group, there then, and not
    the one who asks."""
    duty, back = swap.duty, swap.with_duty
    if back is not None:
        able = [back.member] if free.could_have(back.member, duty, without=back) else []
    else:
        able = [
            member
            for member in duty.shift.rota.members.select_related("person")
            if free.could_have(member, duty)
            or any(free.could_exchange(duty, other) for other in free.held[member.person_id])
        ]
    return [each for each in able if each and each.pk != swap.asked_by_id]
