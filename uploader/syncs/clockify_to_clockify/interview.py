"""The questions by which somebody at a terminal sets up a sync of times."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from uploader.asking import Questions, Tell
from uploader.models import Sync
from uploader.syncs.clockify_to_clockify import keys, setup
from uploader.syncs.clockify_to_clockify.draft import CannotSetUp, Draft, Named
from uploader.syncs.clockify_to_clockify.options import Options, ProjectOptionsField

Step = Callable[[Draft], Draft]


class GaveUp(Exception):
    """Clockify did not answer, and whoever was asked did not want to try again."""


class Interview:
    def __init__(self, questions: Questions, tell: Tell) -> None:
        self.questions = questions
        self.tell = tell
        # Names of connections that were made on the way.
        self.kept: list[str] = []

    def sync(self) -> Sync:
        """A new one, saved; it asks before it writes."""
        draft = Draft()
        for step in (self._keys, self._places, self._people, self._options, self._name):
            draft = self._until_it_fits(step, draft)
        self.tell("")
        for term, words in draft.in_words():
            self.tell(f"{term + ':':<28} {words}")
        return setup.create(draft, now=timezone.now())

    def _until_it_fits(self, step: Step, draft: Draft) -> Draft:
        while True:
            asked = self.questions.asked
            try:
                return step(draft)
            except CannotSetUp as refusal:
                self.tell(str(refusal))
                no_say = asked == self.questions.asked
                if refusal.again or no_say:
                    self._try_again_or_give_up()

    def _try_again_or_give_up(self) -> None:
        if not self.questions.yes("Try again?", default=True):
            raise GaveUp

    # ------------------------------------------------------------------- keys

    def _keys(self, draft: Draft) -> Draft:
        source = self._until_one_works("Whose key reads the time that is tracked?")
        return draft.with_connections(source, self._until_one_works("Whose key books it?"))

    def _until_one_works(self, question: str) -> str:
        while True:
            try:
                return self._connection(question)
            except CannotSetUp as refusal:
                self.tell(str(refusal))

    def _connection(self, question: str) -> str:
        there = list(keys.offered())
        choices = [f"the connection {each}" for each in there]
        chosen = self.questions.number(question, [*choices, "a key that I type in"])
        if chosen == len(there):
            return self._typed()
        account = keys.tried(there[chosen], now=timezone.now())
        self.tell(f"It works: {account}.")
        return there[chosen].name

    def _typed(self) -> str:
        regions = keys.regions()
        region = 0
        if len(regions) > 1:
            words = [words for _, words in regions]
            region = self.questions.number("Where is its workspace?", words, default=0)
        key = self.questions.secret("API key (it is not shown)")
        name = self.questions.text("Name for it (empty: one is made)", str)
        connection, new = keys.keep(
            key, region=regions[region][0], name=name, by=None, now=timezone.now()
        )
        if new:
            self.kept.append(connection.name)
            self.tell(f"It works, and is kept encrypted as the connection {connection}.")
        else:
            self.tell(f"It works, and is kept already, as the connection {connection}.")
        return connection.name

    # ----------------------------------------------------------------- places

    def _places(self, draft: Draft) -> Draft:
        """What does not fit may be the fault of a key, and then asking again is of no use."""
        try:
            return self._chosen_places(draft)
        except CannotSetUp as refusal:
            if refusal.again:
                raise
            self.tell(str(refusal))
        if self.questions.yes("Choose other keys?", default=False):
            draft = self._until_it_fits(self._keys, draft)
        return self._places(draft)

    def _chosen_places(self, draft: Draft) -> Draft:
        source = self._one("Copied from which workspace?", setup.workspaces(draft.source))
        target = self._one("Copied to which workspace?", setup.workspaces(draft.target))
        draft = setup.choose_workspaces(draft, source, target)
        clients = setup.clients(draft.source, source)
        if not clients:
            raise CannotSetUp(setup.why_no_client(draft))
        client = self._one(f"Which client of “{source.name}” is “{target.name}”?", clients)
        return replace(draft, client=client)

    def _people(self, draft: Draft) -> Draft:
        owners = setup.owner(draft.source), setup.owner(draft.target)
        draft = replace(draft, source_owner=owners[0], target_owner=owners[1])
        there = setup.people(draft.source, setup.chosen(draft.source_workspace))
        source = self._person("Whose time is copied?", owners[0], there)
        there = setup.people(draft.target, setup.chosen(draft.target_workspace))
        target = self._person("In whose name is it booked?", owners[1], there)
        return replace(draft, source_user=source, target_user=target)

    def _person(self, question: str, owner: str, others: list[Named]) -> Named | None:
        """None for the key's owner."""
        names = [f"{owner}, the owner of the key", *(each.name for each in others)]
        chosen = self.questions.number(question, names, default=0)
        return others[chosen - 1] if chosen else None

    def _one(self, question: str, things: list[Named]) -> Named:
        if not things:
            raise CannotSetUp("This key opens no workspace.")
        return things[self.questions.number(question, [each.name for each in things])]

    # ---------------------------------------------------------------- options

    def _options(self, draft: Draft) -> Draft:
        self.tell("")
        field = Options.base_fields["window_days"]
        days = self.questions.text("Days to look back", field.clean, default=str(draft.window_days))
        projects = self._project_options()
        edits: Any = Options.base_fields["on_target_edit"]
        choices = list(edits.choices)
        edit = self.questions.number(f"{edits.label}:", [words for _, words in choices], default=0)
        return replace(
            draft,
            window_days=days,
            project_options=projects,
            on_target_edit=choices[edit][0],
        )

    def _project_options(self) -> dict[str, Any]:
        as_usual = "as the workspace has it"
        self.tell(f"\nNew projects under the client; empty: {as_usual}.")
        found: dict[str, Any] = {
            "color": self.questions.text("Color, such as #00FFFF", _checked("color")),
            "note": self.questions.text("Note", _checked("note")),
        }
        for name, question in (("billable", "Billable?"), ("is_public", "Public?")):
            answer = self.questions.number(question, [as_usual, "yes", "no"], default=0)
            found[name] = (None, True, False)[answer]
        return {name: value for name, value in found.items() if value is not None}

    def _name(self, draft: Draft) -> Draft:
        self.tell("")
        suggested = setup.suggested_name(draft)
        name = self.questions.text("Name of the sync", _name, default=suggested)
        return replace(draft, name=name)


def _checked(option: str) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        if not text:
            return None
        found: dict[str, str] = ProjectOptionsField().clean({option: text})
        return found[option]

    return read


def _name(text: str) -> str:
    try:
        setup.check_name(text)
    except CannotSetUp as refusal:
        raise ValidationError(str(refusal)) from None
    return text
