"""Whether turns were laid out and given right, looked at independently: only shapes are shared."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from rota.problem import Member
from rota.rolling import Service

DAY = timedelta(days=1)


def check(
    order: Sequence[Member], before: Sequence[Service], after: Sequence[Service]
) -> list[str]:
    """A sentence for everything that is wrong. `before`: as it was handed in."""
    look = _Look(order, before, after)
    return [
        *look.slots(),
        *look.turns(),
        *look.kept(),
        *look.holders(),
        *look.gaps(),
        *look.twice(),
        *look.moved(),
    ]


class _Look:
    def __init__(
        self, order: Sequence[Member], before: Sequence[Service], after: Sequence[Service]
    ) -> None:
        self.order, self.before, self.after = order, before, after
        self.members = {member.id: member for member in order}

    # ------------------------------------------------------------------- counted

    def _days(self, service: Service) -> list[date]:
        return [service.start + n * DAY for n in range((service.end - service.start).days)]

    def _is_in(self, member: Member, service: Service) -> bool:
        return all(
            (member.joined_on or date.min) <= day <= (member.left_on or date.max)
            for day in self._days(service)
        )

    def _can(self, member: Member, service: Service) -> bool:
        days = self._days(service)
        there = [
            day for day in days if not any(first <= day <= last for first, last in member.away)
        ]
        return self._is_in(member, service) and len(there) > len(days) / 2

    def _meanwhile(self, holder: int, service: Service) -> list[Service]:
        days = set(self._days(service))
        return [
            other
            for other in self.after
            if other is not service and other.holder == holder and days & set(self._days(other))
        ]

    # ------------------------------------------------------------------- looked at

    def slots(self) -> Iterator[str]:
        if [(s.start, s.end) for s in self.before] != [(s.start, s.end) for s in self.after]:
            yield "The services are not the ones that were asked for."

    def turns(self) -> Iterator[str]:
        """Round and round; whoever has left has no turn, and whoever has joined has."""
        last: int | None = None
        for was, now in zip(self.before, self.after, strict=True):
            if not was.is_new:
                if now.turn != was.turn:
                    yield f"Whose turn {now.start} is has changed."
                last = was.turn or was.holder or last
                continue
            expected = self._following(last, now)
            if now.turn != expected:
                yield f"{now.start} is {expected}'s turn, not {now.turn}'s."
            last = now.turn or last

    def _following(self, last: int | None, service: Service) -> int | None:
        ids = [member.id for member in self.order]
        at = ids.index(last) if last in ids else -1
        for step in range(1, len(ids) + 1):
            member = self.order[(at + step) % len(ids)]
            if self._is_in(member, service):
                return member.id
        return None

    def kept(self) -> Iterator[str]:
        for was, now in zip(self.before, self.after, strict=True):
            if (was.is_past or was.is_fixed) and was.holder != now.holder:
                yield f"{now.start} was not to change, and is {now.holder}'s."

    def _open(self) -> list[Service]:
        return [each for each in self.after if not each.is_past and not each.is_fixed]

    def holders(self) -> Iterator[str]:
        for service in self._open():
            if service.holder is not None and not self._can(self.members[service.holder], service):
                yield f"{service.holder} cannot serve {service.start}."

    def gaps(self) -> Iterator[str]:
        for service in self._open():
            could = [each.id for each in self.order if self._can(each, service)]
            if service.holder is None and could:
                yield f"Nobody has {service.start}, and {could} could."
            if service.holder is None and not service.reason:
                yield f"Why nobody has {service.start} is not said."

    def twice(self) -> Iterator[str]:
        """Two services at once, where somebody else could have one of them."""
        for service in self._open():
            if service.holder is None:
                continue
            others = self._meanwhile(service.holder, service)
            stands = any(o.start < service.start or o.is_past or o.is_fixed for o in others)
            free = [
                each.id
                for each in self.order
                if self._can(each, service) and not self._meanwhile(each.id, service)
            ]
            if stands and free:
                yield f"{service.holder} has {service.start} and another, and {free} could."

    def moved(self) -> Iterator[str]:
        """Where everybody can do what they have, nothing moves."""
        stored = [each for each in self.before if not each.is_new]
        fine = all(
            each.is_past
            or each.is_fixed
            or (
                each.holder is not None
                and self._can(self.members[each.holder], each)
                and not any(
                    other is not each
                    and other.holder == each.holder
                    and set(self._days(other)) & set(self._days(each))
                    for other in stored
                )
            )
            for each in stored
        )
        for was, now in zip(self.before, self.after, strict=True):
            if fine and not was.is_new and was.holder != now.holder:
                # Only to make room for somebody new who could not begin otherwise.
                swapped = any(
                    new.holder == was.holder for new in self.after if new.start != was.start
                )
                if not swapped:
                    yield f"{now.start} moved from {was.holder} to {now.holder} for nothing."
