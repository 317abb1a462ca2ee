"""What somebody who watches a terminal sees of a long run, and what a log gets instead."""

from io import StringIO

import pytest
from django.core.management.base import OutputWrapper

from uploader import terminal
from uploader.terminal import Terminal


class Screen(StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_screen_requests_are_counted_until_there_is_something_better() -> None:
    screen = Screen()

    with Terminal(screen, doing="leave", say=lambda sentence: None) as shown:
        for number in range(1, 4):
            shown.requested(number)
        shown.progress(2, 5)
        shown.requested(9)
        shown._bar.refresh() if shown._bar else None

    words = screen.getvalue()
    assert "2/5" in words
    assert "9 requests" not in words


def test_the_bar_stays_on_its_line_and_is_no_error() -> None:
    screen = Screen()

    wrapper = OutputWrapper(screen)
    wrapper.style_func = lambda text: f"\x1b[31m{text}"
    with Terminal(wrapper, doing="leave", say=lambda sentence: None) as shown:
        shown.progress(1, 5)
        shown.progress(4, 5)

    assert screen.getvalue().count("\n") <= 1
    assert "\x1b[31" not in screen.getvalue()


def test_a_log_gets_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "SECONDS_BETWEEN_LINES", 0)
    lines: list[str] = []

    with Terminal(StringIO(), doing="leave", say=lines.append) as shown:
        shown.requested(1)
        shown.requested(2)
        shown.progress(0, 5)
        shown.requested(3)
        shown.progress(1, 5)
        shown.waiting(42)

    assert lines == [
        "leave: 1 request so far",
        "leave: 2 requests so far",
        "leave: 0 of 5",
        "leave: 1 of 5",
        "leave: keeping to the agreed pace, going on in 42 s",
    ]


def test_a_log_is_not_flooded() -> None:
    lines: list[str] = []

    with Terminal(StringIO(), doing="leave", say=lines.append) as shown:
        for number in range(1000):
            shown.requested(number)

    assert lines == []
