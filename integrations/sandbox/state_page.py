"""The state page as HTML: what the sandbox holds, and the forms that change it.

What is shown is decided in pages.py; this knows no provider, and asks nothing of the world.
"""

from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any

from integrations.sandbox.faults import ABOUT

SHOWN_ROWS = 200
# The same words in forms, tables and complaints, where a name alone would not do.
LABELS = {
    "match": "Path holds",
    "skip": "After so many",
    "retry_after": "Retry-After",
    "delay": "Delay in seconds",
    "change": "Changed answer",
    "met": "Requests met",
    "utc_offset": "Hours ahead of UTC",
}
# Name, what stands there at first, and a word on it.
FAULT_FIELDS = (
    ("match", "", "a part of “GET /path”; empty: all"),
    ("times", "1", "empty: for ever"),
    ("skip", "0", "requests that go well first"),
    ("chance", "1", "from 0 to 1"),
    ("retry_after", "", "in seconds; empty: left out"),
    ("delay", "0", "also for other kinds than slow"),
)
JUMPS = {
    "people": "People",
    "happenings": "What may happen",
    "faults": "Faults",
    "switches": "Switches",
    "held": "What is held",
    "requests": "Requests",
    "reset": "Start again",
}
# Of what a provider tells, these have places of their own.
HAVE_PLACES = ("title", "switches", "people", "happenings")
# May be long, so it wraps anywhere.
LONG = ("metadata", "request", "text", "basename", "about")
Row = dict[str, Any]
Cell = Callable[[Row], str]


def state_page(
    state: dict[str, Any], *, numbers: list[int], app: str = "", complaint: str = ""
) -> str:
    """The body. `numbers` belong to `state["faults"]`; `app` is where to go back to."""
    providers = state["providers"]
    back = f' <a href="{escape(app)}">Back to Lockstep</a>' if app else ""
    jumps = "".join(f'<li><a href="#{key}">{word}</a></li>' for key, word in JUMPS.items())
    said = f'<p class="complaint" role="alert">{escape(complaint)}</p>' if complaint else ""
    return (
        f'<header><p class="banner">Sandbox: nothing here is real.{back}</p><h1>Sandbox</h1>'
        f'<nav aria-label="On this page"><ul>{jumps}</ul></nav>{said}</header><main>'
        f"{_people(providers)}{_happenings(providers)}{_faults(state, numbers)}"
        f"{_switches(providers)}{_held(providers)}"
        f"{_requests(state['requests'])}{RESET}</main>"
    )


RESET = (
    '<section id="reset"><h2>Start again</h2><p>Everything goes back to how it began: files, '
    "messages, switches and faults. Everybody’s tokens die too, so Lockstep will ask each person "
    'to connect again.</p><form method="post" action="/reset"><button>Reset everything</button>'
    "</form></section>"
)


def label(name: str) -> str:
    words = LABELS.get(name, name.replace("_", " "))
    return words[:1].upper() + words[1:]


# ----------------------------------------------------------------------- people


def _people(providers: dict[str, Any]) -> str:
    tables = "".join(_people_of(slug, shown) for slug, shown in providers.items())
    return (
        f'<section id="people"><h2>People</h2>{tables}'
        "<p><b>Revoke</b>: the person takes the access back; only connecting again helps. "
        "<b>Expire</b>: the access token is past its time; refreshing helps where there is a "
        "refresh token, and connecting again everywhere.</p></section>"
    )


def _people_of(slug: str, shown: dict[str, Any]) -> str:
    held = [row["person"] for row in shown.get("tokens", [])]

    def access(row: Row) -> str:
        count = held.count(row["person"])
        return f"{count} token{'s' * (count != 1)}" if count else "none"

    def act(row: Row) -> str:
        person = row["person"]
        off = "" if person in held else " disabled"
        return "".join(
            f'<form method="post" action="/{verb}" class="inline">{_hidden("provider", slug)}'
            f'{_hidden("person", person)}<button{off} aria-label="{word} the access of '
            f'{escape(person)} at {escape(shown["title"])}">{word}</button></form> '
            for verb, word in (("revoke", "Revoke"), ("expire", "Expire"))
        )

    return _table(shown["title"], shown.get("people", []), more={"Access": access, "": act})


# ------------------------------------------------------------------- happenings


def _happenings(providers: dict[str, Any]) -> str:
    buttons = "".join(
        f"<h3>{escape(shown['title'])}</h3>"
        + "".join(
            f'<form method="post" action="/happen" class="inline">{_hidden("provider", slug)}'
            f"{_hidden('name', name)}<button>{escape(words)}</button></form> "
            for name, words in shown["happenings"].items()
        )
        for slug, shown in providers.items()
        if shown["happenings"]
    )
    return (
        f'<section id="happenings"><h2>What may happen</h2><p>Then run the sync again, and look at '
        f"its plan.</p>{buttons}</section>"
        if buttons
        else ""
    )


# ----------------------------------------------------------------------- faults


def _faults(state: dict[str, Any], numbers: list[int]) -> str:
    rows = [
        _with_any(row) | {"": number} for row, number in zip(state["faults"], numbers, strict=True)
    ]
    storms = [_with_any(row) for row in state["storms"]]

    def remove(row: Row) -> str:
        return (
            '<form method="post" action="/faults/remove" class="inline">'
            f'{_hidden("fault", row[""])}<button aria-label="Remove the fault '
            f'{escape(str(row["kind"]))} at {escape(row["provider"])}">Remove</button></form>'
        )

    # The rare column is left out while it says nothing: the table is wide enough.
    without = ("",) if any(row["change"] for row in rows) else ("", "change")
    coming = _table("Still to come", rows, without=without, more={"": remove})
    clear = (
        '<form method="post" action="/faults/clear"><button>Clear all faults</button></form>'
        if rows or storms
        else ""
    )
    return (
        f'<section id="faults"><h2>Faults</h2>{coming}'
        f"{_table('Random faults', storms) if storms else ''}{clear}"
        f"{_fault_form(list(state['providers']))}</section>"
    )


def _with_any(row: Row) -> Row:
    return row | {"provider": "any" if row["provider"] == "*" else row["provider"]}


def _fault_form(slugs: list[str]) -> str:
    providers = [("*", "any"), *((slug, slug) for slug in slugs)]
    kinds = [(kind, f"{kind}: {about}") for kind, about in ABOUT.items()]
    inputs = "".join(
        f'<label>{label(name)} <small>({hint})</small><input name="{name}" value="{value}"></label>'
        for name, value, hint in FAULT_FIELDS
    )
    return (
        '<form method="post" action="/faults"><fieldset><legend>Let something go wrong</legend>'
        f'<div class="fields"><label>Provider {_select("provider", providers, "*")}</label>'
        f"<label>Kind {_select('kind', kinds, '')}</label>{inputs}</div>"
        "<button>Add fault</button></fieldset></form>"
    )


# --------------------------------------------------------------------- switches


def _switches(providers: dict[str, Any]) -> str:
    forms = "".join(_switches_of(slug, shown) for slug, shown in providers.items())
    return (
        '<section id="switches"><h2>Switches</h2><p>Where the real behaviour is not known, or '
        f"may vary.</p>{forms}</section>"
    )


def _switches_of(slug: str, shown: dict[str, Any]) -> str:
    rows = [{"switch": name, **switch} for name, switch in shown["switches"].items()]
    if not rows:
        return ""

    def name(row: Row) -> str:
        return f'<label for="{slug}-{row["switch"]}">{label(row["switch"])}</label>'

    def field(row: Row) -> str:
        key, value = f"{slug}-{row['switch']}", str(row["value"])
        if row["free"]:
            return f'<input id="{key}" name="{row["switch"]}" value="{escape(value)}" size="8">'
        options = [(str(option), str(option)) for option in row["options"]]
        return _select(row["switch"], options, value, key=key)

    def meaning(row: Row) -> str:
        return escape(row["about"])

    columns = {"Switch": name, "Value": field, "Meaning": meaning}
    table = _table("", rows, only=(), more=columns)
    # The first option is the usual one. The anchor is within, so that coming back unfolds it.
    changed = sum(row["value"] != row["options"][0] for row in rows)
    return (
        f"<details><summary>{escape(shown['title'])}: {len(rows)} switches, "
        f"{changed or 'none'} changed</summary>"
        f'<form method="post" action="/switches" id="switches-{slug}">{_hidden("provider", slug)}'
        f"{table}<button>Set switches of {escape(shown['title'])}</button></form></details>"
    )


# ------------------------------------------------------------- everything else


def _held(providers: dict[str, Any]) -> str:
    parts = "".join(_held_by(shown) for shown in providers.values())
    return f'<section id="held"><h2>What is held</h2>{parts}</section>'


def _held_by(shown: dict[str, Any]) -> str:
    rest = {k: v for k, v in shown.items() if k not in HAVE_PLACES}
    singles = "".join(
        f"<li>{label(name)}: {escape(str(value))}</li>"
        for name, value in rest.items()
        if not isinstance(value, list)
    )
    lists = "".join(_folded(name, rows) for name, rows in rest.items() if isinstance(rows, list))
    return f"<h3>{escape(shown['title'])}</h3>{f'<ul>{singles}</ul>' if singles else ''}{lists}"


def _folded(name: str, rows: list[Row]) -> str:
    """One fold for each person, with how much is in it; nothing at all is said in a line."""
    if not rows:
        return f"<p>{label(name)}: none</p>"
    whose: dict[str, list[Row]] = {}
    for row in rows:
        whose.setdefault(f" of {row['person']}" if "person" in row else "", []).append(row)
    return "".join(
        f"<details><summary>{label(name)}{escape(person)}: {len(own)}</summary>"
        f"{_table('', own, without=('person',))}</details>"
        for person, own in whose.items()
    )


def _requests(rows: list[Row]) -> str:
    # The anchor is within here too.
    return (
        "<section><h2>Requests</h2><details><summary>The last requests, newest first: "
        f'{len(rows)}</summary><div id="requests">{_table("", rows)}</div></details></section>'
    )


# ------------------------------------------------------------------ small parts


def _table(
    caption: str,
    rows: list[Row],
    *,
    only: Iterable[str] | None = None,
    without: Iterable[str] = ("",),
    more: Mapping[str, Cell] | None = None,
) -> str:
    """Columns are the rows' own, escaped, and then `more`, which is HTML already."""
    if not rows:
        return f"<p>{escape(caption)}: none</p>" if caption else "<p>none</p>"
    columns = list(rows[0]) if only is None else list(only)
    columns = [name for name in columns if name not in without]
    own = {name: label(name) for name in columns}
    extra = more or {}
    heads = [*own.values(), *extra]
    head = "".join(f'<th scope="col">{escape(word) or NAMELESS}</th>' for word in heads)
    body = "".join(
        "<tr>"
        + "".join(_cell(own[name], _shown(name, row[name]), long=name in LONG) for name in columns)
        + "".join(_cell(word, cell(row)) for word, cell in extra.items())
        + "</tr>"
        for row in rows[:SHOWN_ROWS]
    )
    rest = f"<p>and {len(rows) - SHOWN_ROWS} more</p>" if len(rows) > SHOWN_ROWS else ""
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{rest}"


NAMELESS = '<span class="unseen">Actions</span>'


def _cell(word: str, html: str, *, long: bool = False) -> str:
    kind = ' class="long"' if long else ""
    return f'<td data-label="{escape(word)}"{kind}>{html}</td>'


def _shown(name: str, value: Any) -> str:
    text = "" if value is None else escape(str(value))
    if name != "metadata":
        return text
    return f"<details><summary>{len(str(value))} characters</summary>{text}</details>"


def _hidden(name: str, value: object) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(str(value))}">'


def _select(name: str, options: list[tuple[str, str]], chosen: str, *, key: str = "") -> str:
    items = "".join(
        f'<option value="{escape(value)}"{" selected" * (value == chosen)}>{escape(words)}</option>'
        for value, words in options
    )
    own = f' id="{key}"' if key else ""
    return f'<select{own} name="{name}">{items}</select>'
