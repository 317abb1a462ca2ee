"""What may be said of a rota in Slack, and what is refused in words."""

from typing import Any

import pytest

from rota.syncs.members.options import Options as MembersOptions
from rota.syncs.slack.options import NOTHING, Options, in_words
from tests.rota.rolling import Triage
from tests.rota.team import Team

pytestmark = pytest.mark.django_db


def bound(**values: Any) -> Options:
    form = Options({"channel": "C0SUPPORT", **values})
    form.is_valid()
    return form


def complaint(**values: Any) -> str:
    errors = bound(**values).errors
    return " ".join(str(message) for messages in errors.values() for message in messages)


def test_all_of_it_is_kept_as_it_was_said(triage: Triage) -> None:
    said = {
        "rota": "triage",
        "channel": "C0FRESHDESK",
        "usergroup": "support-on-duty",
        "message": "{incoming} joins {current} as {title} today.",
        "at": "08:30",
        "remind_days_before": [7, 1],
        "remind_at": "09:00",
    }
    form = Options(said)
    assert form.is_valid(), form.errors
    assert form.cleaned_data == said
    assert dict(in_words(form.cleaned_data))["Reminds"] == "7 and 1 days before, at 09:00"


def test_one_thing_is_enough(triage: Triage) -> None:
    for one in ({"channel": "#support"}, {"usergroup": "duty"}, {"remind_days_before": [1]}):
        form = Options({"rota": "triage", **one})
        assert form.is_valid(), form.errors
    assert NOTHING in str(Options({"rota": "triage"}).errors)


@pytest.mark.parametrize("message", ["{lead} is on", "{Member}", "{member", "{member.person}"])
def test_a_rolling_rota_has_names_of_its_own_to_be_filled_in(triage: Triage, message: str) -> None:
    assert "{incoming_first_name}" in complaint(rota="triage", message=message)


def test_a_paired_rota_has_others(team: Team) -> None:
    assert complaint(rota="support", message="{lead} leads, {assist} assists: {title}") == ""
    assert complaint(rota="support", message="{incoming} joins") == (
        "Only {title}, {lead}, {assist} can be filled in; braces stand for nothing else."
    )


@pytest.mark.parametrize("time", ["8.30", "25:00", "08:30Z", "noon"])
def test_a_time_is_one_of_the_day(triage: Triage, time: str) -> None:
    for name in ("at", "remind_at"):
        assert complaint(rota="triage", **{name: time}) == (
            "This must be a time of day, such as 08:30."
        )


@pytest.mark.parametrize("days", [[-1], [1.5], ["1"], [True], 7, {"1": 2}, [91]])
def test_days_before_are_whole_numbers(triage: Triage, days: Any) -> None:
    assert "a list of whole numbers from 0 to 90" in complaint(
        rota="triage", remind_days_before=days
    )


@pytest.mark.parametrize("typed", ["7, 1", "[7, 1]", "7,1,"])
def test_days_before_are_typed_with_commas(triage: Triage, typed: str) -> None:
    form = Options({"rota": "triage", "channel": "#support", "remind_days_before": typed})
    assert form.is_valid()
    assert form.cleaned_data["remind_days_before"] == [7, 1]
    shown = Options(initial={"remind_days_before": [7, 1]})["remind_days_before"]
    assert 'value="7, 1"' in str(shown)
    assert "a list of whole numbers" in complaint(rota="triage", remind_days_before="a week")


def test_only_a_rolling_rota_draws_from_slack(triage: Triage, team: Team) -> None:
    assert MembersOptions({"rota": "triage", "usergroup": "triagers"}).is_valid()
    form = MembersOptions({"rota": "support", "usergroup": "triagers"})
    assert "is no rolling rota" in str(form.errors)
