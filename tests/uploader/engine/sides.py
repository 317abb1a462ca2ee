"""Short words for both sides of a comparison and for what is remembered of it."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any

from uploader.engine import Item, Link, MemoryLinks, OnEdit, Plan, fingerprint, plan

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
Content = Any


def want(key: str, content: Content, likeness: Content = None, place: str = "") -> Item:
    what = f"{key} wanted"
    return Item(key=key, content=content, likeness=likeness, place=place, subject="ada", what=what)


def there(
    ref: str,
    content: Content,
    *,
    key: str | None = None,
    ours: bool | None = None,
    likeness: Content = None,
    place: str = "",
) -> Item:
    return Item(
        key=key, content=content, ref=ref, ours=ours, likeness=likeness, place=place, what=ref
    )


def link(key: str, ref: str | None, wanted: Content, found: Content, **more: Any) -> Link:
    def traced(content: Content) -> str | None:
        return None if content is None else f"{fingerprint(content)}.{fingerprint(content)}"

    return Link(key=key, ref=ref, wanted=traced(wanted), found=traced(found), **more)


def planned(
    desired: Iterable[Item],
    existing: Iterable[Item],
    *links: Link,
    on_edit: OnEdit = "restore",
    adopt: bool = False,
    mend: bool = False,
    managed: bool = False,
    aside: Collection[str] = (),
    now: datetime = NOW,
) -> Plan:
    store = MemoryLinks()
    for one in links:
        store.save(one)
    return plan(
        desired,
        existing,
        store,
        on_edit=on_edit,
        now=now,
        adopt=adopt,
        mend=mend,
        managed=managed,
        aside=aside,
    )


def words(made: Plan) -> list[tuple[str, str, str | None]]:
    """Action, key and the id at the target."""
    return [(c.action, c.key, c.found.ref if c.found else None) for c in made.changes]


ELSE = link("else", None, "else", None)  # so that the store is not that of a new database
