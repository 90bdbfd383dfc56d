"""Pages of the documentation with a generated part between two markers."""

from __future__ import annotations

from pathlib import Path

from recall_datasets.errors import ResultsError


def marks(name: str) -> tuple[str, str]:
    """Return the lines between which the part ``name`` is generated."""
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"


def read_page(path: Path, name: str) -> str:
    """Read a page, so that one without markers stops a command before its work.

    Raises:
        ResultsError: It cannot be read, or lacks the markers.
    """
    try:
        page = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ResultsError(f"--docs: cannot read '{path}': {error}") from error
    between(page, name, "", path)
    return page


def between(page: str, name: str, text: str, path: Path) -> str:
    """Return ``page`` with what stands between the markers of the part ``name`` replaced.

    Raises:
        ResultsError: The markers are not there, once each and in order; names ``path``.
    """
    begin, end = marks(name)
    before, first, rest = page.partition(begin)
    _, last, after = rest.partition(end)
    if not (first and last) or begin in rest or end in after:
        raise ResultsError(f"{path}: expected the lines '{begin}' and '{end}', once each, to write between")
    return f"{before}{begin}\n{text}{end}{after}"
