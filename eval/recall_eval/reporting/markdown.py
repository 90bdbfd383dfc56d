"""The tables as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from recall_eval.reporting import details, gates, table
from recall_eval.reporting.analyses import all_tables
from recall_eval.reporting.errata import errata_table
from recall_eval.reporting.gates import Verdict
from recall_eval.reporting.settings import Setting
from recall_eval.reporting.text import markdown_cell


def to_markdown(settings: Sequence[Setting], judged: Mapping[str, Sequence[Verdict]]) -> str:
    """Return a section for each setting, with the verdicts on its dataset by the setting's title."""
    parts = ["\n".join(_section(setting, judged[setting.title])) for setting in settings]
    notes = "\n".join(f"- {column.title}: {column.meaning}" for column in table.COLUMNS)
    return "\n".join(parts) + f"\n{table.CONTROL_NOTE}; {table.TIES_NOTE}\n\n{notes}\n"


def _section(setting: Setting, verdicts: Sequence[Verdict]) -> Iterator[str]:
    yield f"## {markdown_cell(setting.title)}\n"
    rows = [[table.marked(row), row.ties.text, *_texts(row.cells), str(row.n)] for row in table.rows(setting)]
    yield _table(["strategy", "ties", *(column.title for column in table.COLUMNS), "n"], rows)
    if verdicts:
        yield gates.to_markdown(verdicts)
    named = details.named_rows(setting)
    if named:
        yield "### Named rank metrics, %\n"
        labels = [entry.label for entry in setting.entries]
        yield _table(["metric", "n", *labels], [[row.name, str(row.n), *_texts(row.cells)] for row in named])
    errata = errata_table(setting)
    if errata:
        overlay = f"overlay {markdown_cell(errata.overlay)}, {errata.corrected} questions"
        yield f"### With and without errata, % ({overlay})\n"
        columns = [f"{name}, {gold}" for name in errata.names for gold in errata.golds]
        rows = [[line.label, *_texts(line.cells)] for line in errata.lines]
        yield _table(["strategy", *columns], [*rows, ["n", *map(str, errata.counts)]])
    for analysis in all_tables(setting):
        yield f"### {markdown_cell(analysis.title)}\n"
        rows = [[line.label, *_texts(line.cells)] for line in analysis.lines]
        yield _table(["strategy", *(column.title for column in analysis.columns)], rows)


def _texts(cells: Sequence[table.Cell]) -> list[str]:
    return [cell.text for cell in cells]


def _table(header: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a table whose first column is text and whose others are figures."""
    rule = ["---", *["---:"] * (len(header) - 1)]
    rows = [[markdown_cell(cell) for cell in line] for line in (header, *lines)]
    return "".join(f"| {' | '.join(row)} |\n" for row in [rows[0], rule, *rows[1:]])
