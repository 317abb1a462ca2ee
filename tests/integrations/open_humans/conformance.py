"""Open Humans' answers to the questions that every provider is asked."""

import hashlib
import io

from integrations.open_humans.client import OpenHumansClient
from integrations.open_humans.sandbox import OpenHumansSandbox
from integrations.sandbox import World
from tests.integrations.conformance import Conformance

CONTENT = b'{"rows": []}'


def upload(client: OpenHumansClient, *, content: bytes = CONTENT, name: str = "a.json") -> str:
    return client.upload(
        filename=name,
        content=io.BytesIO(content),
        size=len(content),
        md5=hashlib.md5(content, usedforsecurity=False).hexdigest(),
        metadata={"description": "made up", "tags": ["made-up"]},
    )


def fill(world: World) -> list[str]:
    sandbox = world.of(OpenHumansSandbox)
    for number in range(250):
        sandbox.add_file("ben", f"{number}.json", b"{}", {"description": "made up"})
    return [str(stored.id) for stored in sandbox.files("ben")]


TABLE = Conformance(
    grant=lambda world: world["open_humans"].grant("ben"),
    bad={"access_token": "never-issued-token", "scope": "read"},
    read=lambda client: client.files(),
    reads="GET /api/direct-sharing/project/exchange-member/",
    write=upload,
    writes="POST /api/direct-sharing/project/files/upload/direct/",
    wrong_shapes=(
        None,
        [],
        "text",
        lambda answer: {**answer, "data": None},
        lambda answer: {**answer, "count": "many"},
        lambda answer: {**answer, "next": 7},
        lambda answer: {**answer, "data": [None]},
        lambda answer: {**answer, "data": [{"id": 1}]},
    ),
    fill=fill,
    list_all=lambda client: [file.id for file in client.files()],
)
