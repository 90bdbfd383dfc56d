"""Pages of the documentation that a command writes a part of, between two markers."""

from __future__ import annotations

from pathlib import Path

from recall_datasets.errors import ResultsError


def read_page(path: Path, begin: str, end: str) -> str:
    """Read a page, so that one without markers stops a command before its work.

    Raises:
        ResultsError: It cannot be read, or lacks the markers.
    """
    try:
        page = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ResultsError(f"--docs: cannot read '{path}': {error}") from error
    with_part(page, "", begin, end, path)
    return page


def with_part(page: str, part: str, begin: str, end: str, name: Path) -> str:
    """Return ``page`` with what stands between the markers replaced.

    Raises:
        ResultsError: The markers are not there, once each and in order.
    """
    before, first, rest = page.partition(begin)
    _, last, after = rest.partition(end)
    if not (first and last) or begin in rest or end in after:
        raise ResultsError(f"{name}: expected the lines '{begin}' and '{end}', once each, to write between")
    return f"{before}{begin}\n{part}{end}{after}"
