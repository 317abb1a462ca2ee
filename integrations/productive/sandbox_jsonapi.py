"""JSON:API as Productive speaks it: questions taken apart, documents, pages and errors."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl, urlencode

from integrations.sandbox import Request, Response, json_answer

API = "/api/v2"
MEDIA_TYPE = "application/vnd.api+json"
USUAL_SIZE, LARGEST_SIZE = 30, 200
FILTER = re.compile(r"filter\[(\w+)\](?:\[(\w*)\])?")
FIELDS = re.compile(r"fields\[(\w+)\]")
PAGE_NUMBER, PAGE_SIZE = "page[number]", ("page[size]", "per_page")

T = TypeVar("T")


class Refused(Exception):
    """What to answer in place of what was asked for."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status)
        self.answer = answer


# ------------------------------------------------------------------------ errors


def problem(title: str, detail: str, *, code: str = "", **source: str) -> dict[str, Any]:
    """One error; `source` is a pointer, without its leading slash, or a parameter."""
    told: dict[str, Any] = {"title": title, "detail": detail, "meta": {}}
    if code:
        told["code"] = code
    if source:
        told["source"] = source
    return told


def refusal(status: int, *problems: dict[str, Any], **headers: str) -> Response:
    """The status inside is decoration there: now and then a word, and not even the right one."""
    inside = "unprocessable_content" if status == 400 else str(status)
    errors = [{"status": inside, **each} for each in problems]
    return document({"errors": errors}, status=status, **headers)


def document(body: Any, *, status: int = 200, **headers: str) -> Response:
    kind = f"{MEDIA_TYPE}; charset=utf-8"
    return json_answer(body, status=status, Content_Type=kind, **headers)


def not_found() -> Response:
    words = problem("Record not found", "The record could not be found", code="record_not_found")
    return refusal(404, words)


def invalid(name: str, words: str) -> dict[str, Any]:
    title, code = "Invalid Attribute Value", "invalid_attribute_value"
    return problem(title, words, code=code, pointer=f"data/attributes/{name}")


# ----------------------------------------------------------------- what is written


def sent(request: Request, kind: str, *, record_id: str | None = None) -> dict[str, Any]:
    """The attributes in the body; a body of another form is refused."""
    body = request.json()
    data = body.get("data") if isinstance(body, dict) else None
    data = data if isinstance(data, dict) else {}
    attributes = data.get("attributes", {})
    is_it = data.get("type") == kind and id_of(data.get("id")) == record_id
    if not is_it or not isinstance(attributes, dict):
        words = f"This is not one of {kind} in JSON:API"
        raise Refused(refusal(400, problem("Bad request", words)))
    return attributes


def id_of(value: Any) -> str | None:
    """Texts and numbers are both fine."""
    return str(value) if isinstance(value, str | int) and value != "" else None


# --------------------------------------------------------------------- questions


class Filter(NamedTuple):
    name: str
    operator: str
    values: list[str]


@dataclass(frozen=True)
class Query:
    """`fields` are those asked for of each type; of a type that is not named there are all."""

    filters: list[Filter]
    include: frozenset[str]
    fields: dict[str, frozenset[str]]
    sort: str
    number: int
    size: int
    pairs: list[tuple[str, str]]

    def asks_for(self, *names: str) -> bool:
        return any(each.name in names for each in self.filters)


def read_query(request: Request) -> Query:
    pairs = parse_qsl(request.query_string, keep_blank_values=True)
    given = dict(pairs)
    size = next((given[name] for name in PAGE_SIZE if name in given), "")
    return Query(
        filters=_filters(pairs),
        include=frozenset(filter(None, given.get("include", "").split(","))),
        fields={
            match[1]: frozenset(value.split(","))
            for name, value in pairs
            if (match := FIELDS.fullmatch(name))
        },
        sort=given.get("sort", ""),
        number=max(1, _number(given.get(PAGE_NUMBER, ""), 1)),
        size=min(LARGEST_SIZE, _number(size, USUAL_SIZE) or USUAL_SIZE),
        pairs=[(name, value) for name, value in pairs if name != PAGE_NUMBER],
    )


def _filters(pairs: list[tuple[str, str]]) -> list[Filter]:
    """Several values are a list with commas, or the same name again and again."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, value in pairs:
        if not name.startswith("filter"):
            continue
        match = FILTER.fullmatch(name)
        if match is None:
            raise Refused(_unsupported_filter(name))
        found.setdefault((match[1], match[2] or "eq"), []).extend(value.split(","))
    return [Filter(name, operator, values) for (name, operator), values in found.items()]


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise


# ------------------------------------------------------------- filters and order

Test = Callable[[T, Filter], bool]


def compares(read: Callable[[T], str | None]) -> Test[T]:
    """A test of one value as text; days compare well as such."""

    def passes(record: T, asked: Filter) -> bool:
        return OPERATORS[asked.operator](read(record), asked.values)

    return passes


def ignored(_record: Any, _asked: Filter) -> bool:
    """A test for a filter that is let through and does nothing."""
    return True


def _at_most(value: str | None, values: list[str]) -> bool:
    return value is not None and value <= values[0]


def _at_least(value: str | None, values: list[str]) -> bool:
    return value is not None and value >= values[0]


OPERATORS: dict[str, Callable[[str | None, list[str]], bool]] = {
    "eq": lambda value, values: value in values,
    "not_eq": lambda value, values: value is not None and value not in values,
    "gt_eq": _at_least,
    "lt_eq": _at_most,
    "gt": lambda value, values: value is not None and not _at_most(value, values),
    "lt": lambda value, values: value is not None and not _at_least(value, values),
}


def chosen(records: Iterable[T], query: Query, tests: Mapping[str, Test[T]]) -> list[T]:
    for asked in query.filters:
        if asked.name not in tests or asked.operator not in OPERATORS:
            raise Refused(_unsupported_filter(f"filter[{asked.name}]"))
    return [
        record
        for record in records
        if all(tests[asked.name](record, asked) for asked in query.filters)
    ]


def _unsupported_filter(name: str) -> Response:
    words = f"{name} is not supported"
    return refusal(
        400, problem("Unsupported filter", words, code="unsupported_filter", parameter=name)
    )


def ordered(records: list[T], query: Query, keys: Mapping[str, Callable[[T], Any]]) -> list[T]:
    if not query.sort:
        return records
    name = query.sort.removeprefix("-")
    if name not in keys:
        words = f"{name} cannot be sorted by"
        code = "sort_param_unsupported"
        raise Refused(refusal(400, problem("Unsupported sort", words, code=code, parameter="sort")))
    return sorted(records, key=keys[name], reverse=query.sort.startswith("-"))


# --------------------------------------------------------------------- documents


@dataclass(frozen=True)
class Resource:
    """A relationship is what would stand under `data`, if it were included."""

    type: str
    id: str
    attributes: dict[str, Any]
    relationships: dict[str, Any]

    def shown(
        self, *, include: frozenset[str] = frozenset(), fields: frozenset[str] | None = None
    ) -> dict[str, Any]:
        """Without `include` there are no related ids; only the organisation is always told."""

        asked = _by_first_name(include)

        def wanted(name: str) -> bool:
            return fields is None or name in fields

        related = {
            name: {"data": target}
            if name in asked or name == "organization"
            else {"meta": {"included": False}}
            for name, target in self.relationships.items()
            if wanted(name)
        }
        told = {name: value for name, value in self.attributes.items() if wanted(name)}
        return {"id": self.id, "type": self.type, "attributes": told, "relationships": related}


Find = Callable[[str, str], Resource | None]


def listing(request: Request, query: Query, resources: list[Resource], *, find: Find) -> Response:
    total, size = len(resources), query.size
    pages = -(-total // size)
    rows = resources[(query.number - 1) * size : query.number * size]
    body = {
        "data": [
            row.shown(include=query.include, fields=query.fields.get(row.type)) for row in rows
        ],
        **_included(rows, query, find),
        "links": _links(request, query, pages),
        "meta": {
            "current_page": query.number,
            "total_pages": pages,
            "total_count": total,
            "page_size": size,
            "max_page_size": LARGEST_SIZE,
        },
    }
    return document(body)


def single(query: Query, resource: Resource, *, find: Find) -> Response:
    """Here `fields` are not heeded."""
    body = {"data": resource.shown(include=query.include), **_included([resource], query, find)}
    return document(body)


def _included(rows: list[Resource], query: Query, find: Find) -> dict[str, Any]:
    if not query.include:
        return {}
    found: dict[tuple[str, str], dict[str, Any]] = {}

    def collect(rows: list[Resource], include: frozenset[str]) -> None:
        for name, inner in _by_first_name(include).items():
            targets = filter(None, (row.relationships.get(name) for row in rows))
            held = [find(target["type"], target["id"]) for target in targets]
            known = [each for each in held if each]
            for each in known:
                shown = each.shown(include=inner, fields=query.fields.get(each.type))
                found.setdefault((each.type, each.id), shown)
            collect(known, inner)

    collect(rows, query.include)
    return {"included": [found[key] for key in sorted(found)]}


def _by_first_name(include: frozenset[str]) -> dict[str, frozenset[str]]:
    """What is to be included, and what of that in turn: "deal.project" is a deal's project."""
    names = [name.partition(".") for name in include]
    return {
        first: frozenset(rest for name, _, rest in names if name == first and rest)
        for first, _, _ in names
    }


def _links(request: Request, query: Query, pages: int) -> dict[str, str]:
    def to(number: int) -> str:
        asked = urlencode([*query.pairs, (PAGE_NUMBER, str(number))])
        return f"{request.base_url}{request.path}?{asked}"

    if not pages:
        return {}
    links = {"first": to(1), "last": to(pages)}
    if query.number < pages:
        links["next"] = to(query.number + 1)
    if query.number > 1:
        links["prev"] = to(query.number - 1)
    return links
