"""The harness: runner, readers, scorers, statistics, plots, report and command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recall_eval.frames import Results

__all__ = ["load"]


def load(directory: str | Path) -> Results:
    """Read the runs below a folder as tidy pandas frames (see docs/python.md).

    Args:
        directory: A run folder, or a folder with run folders at any depth below it.

    Raises:
        ResultsError: There is no such folder, or no run in it.
    """
    from recall_eval.frames import load as read

    return read(directory)
