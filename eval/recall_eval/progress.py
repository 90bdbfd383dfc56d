"""Progress bars on standard error, shown on a terminal only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from recall_eval.reporting.text import printable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_LONGEST_STAGE = 60


class RunProgress(Protocol):
    """What the runner reports while it works."""

    def stage(self, text: str) -> None:
        """Name what is going on."""
        ...

    def advance(self, count: int = 1) -> None:
        """Count what is finished."""
        ...


class Silent:
    """Reports nothing."""

    def stage(self, text: str) -> None:
        """Ignore the stage."""

    def advance(self, count: int = 1) -> None:
        """Ignore the count."""


@contextmanager
def progress_bar(
    title: str, total: int | None, enabled: bool, unit: str = "questions"
) -> Iterator[RunProgress]:
    """Show a bar over ``total`` of ``unit`` while the block runs; None: nobody knows how many."""
    if not enabled:
        yield Silent()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = [
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeRemainingColumn(),
        TextColumn("{task.fields[stage]}", markup=False),
    ]
    with Progress(
        *columns, console=Console(stderr=True), disable=not Console(stderr=True).is_terminal
    ) as bar:
        yield _Bar(bar, bar.add_task(title, total=total, stage=""))


class _Bar:
    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar, self._task = bar, task

    def stage(self, text: str) -> None:
        self._bar.update(self._task, stage=printable(text, _LONGEST_STAGE))

    def advance(self, count: int = 1) -> None:
        self._bar.advance(self._task, count)
