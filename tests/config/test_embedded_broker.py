"""Messages of the embedded broker are seen as a whole or not at all."""

from pathlib import Path
from typing import Any

from kombu.connection import Connection

from config import celery
from config.embedded_broker import Transport

connect: Any = Connection


def channel(folder: Path) -> Any:
    options = {"data_folder_in": str(folder), "data_folder_out": str(folder)}
    return connect(transport=Transport, transport_options=options).channel()


def test_a_reader_meets_no_message_that_is_still_being_written(tmp_path: Path) -> None:
    sending, reading = channel(tmp_path), channel(tmp_path)
    seen_meanwhile: list[int] = []

    class Looking:
        def __json__(self) -> str:
            seen_meanwhile.append(reading._size("work"))
            return "a message"

    sending._put("work", {"body": Looking()})
    assert seen_meanwhile == [0]
    assert reading._size("work") == 1
    assert reading._get("work") == {"body": "a message"}


def test_every_queue_gets_its_own_messages(tmp_path: Path) -> None:
    sending, reading = channel(tmp_path), channel(tmp_path)
    for n in range(3):
        sending._put("work", {"n": n * 1000})
        sending._put("other", {"n": -1})
    assert reading._size("work") == 3
    assert {reading._get("work")["n"] for _ in range(3)} == {0, 1000, 2000}


def test_the_worker_uses_it() -> None:
    with celery.app.connection_for_write("filesystem://localhost") as connection:
        assert isinstance(connection.transport, Transport)
