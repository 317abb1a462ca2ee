"""Who serves when: the one place that knows the solver, OR-Tools' CP-SAT.

It is imported only where a rota is generated, in a process of its own (`python -m rota.solver`).
What is wished for is put to it as strict constraints; which wishes, in what order, is the
ladder's. One worker, a fixed seed and a limit that is no clock: the same inputs give the same rota.
"""

import resource
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from ortools.sat.python import cp_model

from rota import greedy, ladder, wire
from rota.problem import LEAD, Problem, Roster, Slot
from rota.sides import Side
from rota.wishes import Answer, Meetings, Slack, Wish

# A duty that is decided is the number 1, any other a variable.
Choice = cp_model.IntVar | int

# Of addresses; what the process then really holds is far less.
MEMORY = 4 * 1024**3
# In the solver's own measure of work; about seconds.
PLAIN_EFFORT, VARIABLES_MORE = 0.02, 60_000
# Whether a plain search succeeds is soon known: rather begin anew than go on for long.
PATIENCE = (1, 1, 1, 2)
# What one thorough search may take, and all of them for one rota.
DEEP_EFFORT, DEEP_ALTOGETHER = 1.0, 1.6


def solve(problem: Problem) -> Roster:
    return ladder.descend(problem, CpSat())


class CpSat:
    """The solver, as the ladder asks it, for one rota."""

    def __init__(self) -> None:
        self.left = DEEP_ALTOGETHER

    def fill(
        self,
        parts: Sequence[tuple[Side, Wish]],
        *,
        meetings: Meetings | None = None,
        seed: int = 0,
        thorough: bool = True,
    ) -> Answer:
        model = cp_model.CpModel()
        try:
            asked = [_Part(model, side, wish) for side, wish in parts]
            if meetings and len(asked) == 2:
                _keep_apart_both(model, asked[0], asked[1], meetings)
            elif meetings:
                _keep_apart(asked[0], meetings)
        except Impossible:
            return Answer(chosen=None, proven=True)
        status = cp_model.UNKNOWN
        search = Search(model)
        partners = meetings.partners if meetings else {}
        # Both at once are too many to be found by a guess.
        for guess, patience in enumerate(PATIENCE if len(asked) == 1 else (), start=seed * 10):
            model.clear_hints()  # type: ignore[no-untyped-call]
            asked[0].begin_at(partners, guess)
            status = search.plainly(seed=guess, patience=patience)
            if status != cp_model.UNKNOWN:
                break
        if status == cp_model.UNKNOWN and thorough and self.left > 0:
            status, spent = search.deeply(seed=seed, most=self.left)
            self.left -= spent
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Answer(chosen=tuple(part.chosen(search.solver) for part in asked), proven=True)
        return Answer(chosen=None, proven=status == cp_model.INFEASIBLE)

    def least_slack(self, side: Side) -> Slack:
        """How far from fair the fairest totals are, whatever the days they fall on.

        Too much first: who is away for long falls short whatever is done, and it is the others
        among whom that has to be even.
        """
        model = cp_model.CpModel()
        many = len(side.slots)
        all_of_it = many * len(side.members) * 2
        wish = Wish(slack=Slack(short=many, over=many, together=all_of_it))
        part = _Part(model, side, wish)
        short, over = (model.new_int_var(0, many, "") for _ in range(2))
        for most, each in ((short, part.short), (over, part.over)):
            for one in each:
                model.add(most >= one)
        beyond = part.short + part.over
        model.minimize((over * (many + 1) + short) * (all_of_it + 1) + sum(beyond))
        search = Search(model)
        search.deeply(seed=0, most=DEEP_EFFORT)
        value = search.solver.value
        return Slack(short=value(short), over=value(over), together=sum(map(value, beyond)))


class Impossible(Exception):
    """What is decided already contradicts what is wished for."""


class Search:
    """How the solver looks for a solution of one model."""

    def __init__(self, model: cp_model.CpModel) -> None:
        self.model = model
        self.solver = cp_model.CpSolver()
        self.solver.parameters.num_workers = 1

    def plainly(self, *, seed: int, patience: int) -> cp_model.CpSolverStatus:
        """Soon finds what is near the guess."""
        effort = PLAIN_EFFORT + len(self.model.proto.variables) / VARIABLES_MORE
        return self._run(seed=seed, depth=0, effort=effort * patience)

    def deeply(self, *, seed: int, most: float) -> tuple[cp_model.CpSolverStatus, float]:
        """With relaxations, which prove most of what cannot be; and how much it took."""
        status = self._run(seed=seed, depth=2, effort=min(DEEP_EFFORT, most))
        return status, self.solver.response_proto.deterministic_time

    def _run(self, *, seed: int, depth: int, effort: float) -> cp_model.CpSolverStatus:
        given = self.solver.parameters
        given.random_seed = seed % 2**31
        given.symmetry_level = given.cp_model_probing_level = given.linearization_level = depth
        given.max_deterministic_time = effort
        return self.solver.solve(self.model)


class _Part:
    """The variables and constraints of one side."""

    def __init__(self, model: cp_model.CpModel, side: Side, wish: Wish) -> None:
        self.model = model
        self.side = side
        self.wish = wish
        self.choices: dict[int, list[tuple[Slot, Choice]]] = {m.id: [] for m in side.members}
        # How far each total is below its band, and above.
        self.short: list[cp_model.IntVar] = []
        self.over: list[cp_model.IntVar] = []
        self._make_choices()
        self._limit_moves()
        self._keep_gaps()
        self._keep_totals()
        if wish.weekday_range is not None:
            self._keep_weekdays(wish.weekday_range + side.weekday_range - 1)

    def chosen(self, solver: cp_model.CpSolver) -> dict[date, int]:
        return {
            slot.day: id
            for id, choices in self.choices.items()
            for slot, choice in choices
            if solver.value(choice)
        }

    def _make_choices(self) -> None:
        for slot in self.side.open:
            allowed = list(self.side.candidates[slot.day])
            if not self.wish.extra_moves and slot.day in self.side.settled:
                allowed = [self.side.settled[slot.day]]
            if len(allowed) == 1:
                self.choices[allowed[0]].append((slot, 1))
                continue
            here = {id: self.model.new_bool_var("") for id in allowed}
            self.model.add_exactly_one(here.values())
            for id, choice in here.items():
                self.choices[id].append((slot, choice))

    def begin_at(self, partners: Mapping[date, int], seed: int) -> None:
        """Where the search begins."""
        guess = greedy.guess(self.side, gap=self.wish.gap, partners=partners, seed=seed)
        for id, choices in self.choices.items():
            for slot, choice in choices:
                if not isinstance(choice, int):
                    self.model.add_hint(choice, guess[slot.day] == id)

    def _limit_moves(self) -> None:
        if not self.wish.extra_moves:
            return
        stays = {slot.day: self.side.settled[slot.day] for slot in self.side.stays}
        kept = [
            choice
            for id, choices in self.choices.items()
            for slot, choice in choices
            if stays.get(slot.day) == id
        ]
        self.model.add(sum(kept) >= len(kept) - self.wish.extra_moves)

    # ------------------------------------------------------------ gaps

    def _keep_gaps(self) -> None:
        if self.wish.gap < 2:
            return
        for id, choices in self.choices.items():
            settled = self.side.settled
            # Number, choice, and whether it may be close to others that are settled.
            entries = [
                (slot.number, choice, settled.get(slot.day) == id) for slot, choice in choices
            ]
            entries += [(number, 1, True) for number in self.side.elsewhere.get(id, [])]
            entries.sort(key=lambda entry: entry[0])
            reach = 0
            for first, (number, _, _) in enumerate(entries):
                end = first
                while end < len(entries) and entries[end][0] < number + self.wish.gap:
                    end += 1
                if end > reach:
                    reach = end
                    self._at_most_one(entries[first:end])

    def _at_most_one(self, window: Sequence[tuple[int, Choice, bool]]) -> None:
        free = [choice for _, choice, _ in window if not isinstance(choice, int)]
        room = max(1, sum(settled for _, _, settled in window)) - (len(window) - len(free))
        if room < 0:
            raise Impossible
        if room == 1 and len(free) > 1:
            self.model.add_at_most_one(free)
        elif room < len(free):
            self.model.add(sum(free) <= room)

    # ------------------------------------------------------------ totals

    def _keep_totals(self) -> None:
        for (id, role), band in self.side.bands.items():
            had = [choice for slot, choice in self.choices[id] if self.side.role(slot) == role]
            short, over = self._slack()
            self.keep_within(had, band, short, over)
            if role == LEAD and self.wish.once_a_cycle:
                for days, bands in self.side.lead_bands:
                    begun = [choice for slot, choice in self.choices[id] if slot.day in days]
                    self.keep_within(begun, bands[id], short, over)
        if self.over:
            self.model.add(sum(self.short + self.over) <= self.wish.slack.together)

    def _slack(self) -> tuple[Choice, Choice]:
        slack = self.wish.slack
        if not slack.together:
            return 0, 0
        short = self.model.new_int_var(0, slack.short, "")
        over = self.model.new_int_var(0, slack.over, "")
        self.short.append(short)
        self.over.append(over)
        return short, over

    def keep_within(
        self, had: Sequence[Choice], band: tuple[int, int], short: Choice = 0, over: Choice = 0
    ) -> None:
        """Or beyond it by the two variables, where there are any."""
        free = [choice for choice in had if not isinstance(choice, int)]
        low, high = (bound - (len(had) - len(free)) for bound in band)
        total = cp_model.LinearExpr.sum(free)
        if isinstance(short, int) and isinstance(over, int):
            if free:
                self.model.add_linear_constraint(total, low, high)
            elif not low <= 0 <= high:
                raise Impossible
            return
        self.model.add(total + short >= low)
        self.model.add(total - over <= high)

    # ------------------------------------------------------------ weekdays

    def _keep_weekdays(self, most: int) -> None:
        """The difference of a person's weekdays; one that was more often theirs gets no more."""
        for id, choices in self.choices.items():
            weekdays = self.side.weekdays[id]
            if len(weekdays) < 2:
                continue
            had = self.side.weekdays_before[id]
            settled = Counter(
                slot.day.weekday() for slot, _ in choices if self.side.settled.get(slot.day) == id
            )
            new: dict[int, list[Choice]] = defaultdict(list)
            for slot, choice in choices:
                new[slot.day.weekday()].append(choice)
            least = self.model.new_int_var(
                min(had[w] for w in weekdays), max(had[w] + len(new[w]) for w in weekdays), ""
            )
            for w in weekdays:
                total = cp_model.LinearExpr.sum(new[w]) + had[w]
                self.model.add(total >= least)
                if had[w] + settled[w] <= min(had[w] + settled[w] for w in weekdays) + most:
                    self.model.add(total <= least + most)
                else:
                    few = self.model.new_bool_var("")
                    self.model.add(total <= had[w] + settled[w]).only_enforce_if(few)
                    self.model.add(total <= least + most).only_enforce_if(~few)


# ------------------------------------------------------------ pairs


def _keep_apart(part: _Part, meetings: Meetings) -> None:
    """One side is chosen so that nobody meets a partner, who is decided, too often."""
    excess: list[cp_model.IntVar] = []
    for id, choices in part.choices.items():
        together: dict[int, list[Choice]] = defaultdict(list)
        for slot, choice in choices:
            if slot.day in meetings.partners:
                together[meetings.partners[slot.day]].append(choice)
        for partner, met in together.items():
            limit = meetings.limits.get((id, partner), len(met))
            if len(met) <= limit:
                continue
            if meetings.at_best:
                beyond = part.model.new_int_var(0, len(met) - limit, "")
                part.keep_within(met, (0, limit), over=beyond)
                excess.append(beyond)
            else:
                part.keep_within(met, (0, limit))
    if excess:
        part.model.minimize(sum(excess))


def _keep_apart_both(model: cp_model.CpModel, one: _Part, other: _Part, meetings: Meetings) -> None:
    """Both sides at once: a variable for each meeting that could be."""
    of_other: dict[date, dict[int, Choice]] = defaultdict(dict)
    for id, choices in other.choices.items():
        for slot, choice in choices:
            of_other[slot.day][id] = choice
    met: dict[tuple[int, int], list[Choice]] = defaultdict(list)
    on_day: dict[tuple[date, int], list[Choice]] = defaultdict(list)
    for id, choices in one.choices.items():
        for slot, choice in choices:
            here = {partner: model.new_bool_var("") for partner in of_other[slot.day]}
            if here:
                model.add(sum(here.values()) == choice)
            for partner, meeting in here.items():
                met[id, partner].append(meeting)
                on_day[slot.day, partner].append(meeting)
    for (day, partner), several in on_day.items():
        model.add(sum(several) == of_other[day][partner])
    for pair, several in met.items():
        if pair in meetings.limits and len(several) > meetings.limits[pair]:
            model.add(sum(several) <= meetings.limits[pair])


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    sys.stdout.write(wire.of_roster(solve(wire.to_problem(sys.stdin.read()))))
