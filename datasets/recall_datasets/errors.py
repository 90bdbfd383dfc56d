"""The errors that a user can cause; each prints as one line, without a traceback.

RecallBenchError
├── ConfigError     a wrong key, value or type in the configuration (exit code 2)
├── DatasetError    a missing or malformed dataset (exit code 2)
└── ResultsError    a results folder that cannot be written or read (exit code 2)
"""

from __future__ import annotations

import difflib
import reprlib
from collections.abc import Iterable


class RecallBenchError(Exception):
    """Base of all errors that are the user's to mend."""


class ConfigError(RecallBenchError):
    """A wrong key, value or type in the configuration."""


class DatasetError(RecallBenchError):
    """A missing or malformed dataset; the message names file, place, found and expected."""


class ResultsError(RecallBenchError):
    """A results folder that cannot be written, read or compared."""


def did_you_mean(wrong: str, allowed: Iterable[str]) -> str:
    """Return ``" (did you mean 'x'?)"`` for the nearest of ``allowed``, or an empty string."""
    nearest = difflib.get_close_matches(str(wrong), list(allowed), n=1, cutoff=0.5)
    return f" (did you mean '{nearest[0]}'?)" if nearest else ""


def shown(value: object) -> str:
    """Return a value of a file as an error message shows it: quoted, on one line, cut where it is long."""
    short = reprlib.Repr()
    short.maxstring = short.maxother = 60
    short.maxlist = short.maxdict = 3
    short.maxlevel = 2
    return short.repr(value)
