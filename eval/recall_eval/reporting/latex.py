r"""The tables as LaTeX, for ``\input`` in a document that loads booktabs."""

from __future__ import annotations

from collections.abc import Sequence

from recall_eval.reporting import analyses, details, table
from recall_eval.reporting.analysis import AnalysisTable
from recall_eval.reporting.settings import Setting
from recall_eval.reporting.text import printable

_HEAD = "% Needs \\usepackage{booktabs}; scripts beyond Latin and Greek need LuaLaTeX or XeLaTeX.\n"
_MAIN = ("accuracy", "evidence_in_context", "context_tokens", "write_tokens", "latency_read_p50")


def files(settings: Sequence[Setting]) -> dict[str, str]:
    """Return the LaTeX tables by file name: results, accuracy by type, and one file an analysis."""
    found = {"table.tex": _file([_results(setting) for setting in settings])}
    typed = [_by_category(setting) for setting in settings if details.by_category(setting)[0]]
    if typed:
        found["by_category.tex"] = _file(typed)
    for analysis in analyses.ANALYSES:
        drawn = [_analysis(setting, one) for setting in settings for one in analysis.tables(setting)]
        if drawn:
            found[f"{analysis.NAME}.tex"] = _file(drawn)
    return found


def latex_cell(text: object) -> str:
    """Return text with all that LaTeX reads as a command escaped; scripts without a command stay."""
    from pylatexenc.latexencode import UnicodeToLatexEncoder

    encoder = UnicodeToLatexEncoder(unknown_char_policy="keep", unknown_char_warning=False)
    return str(encoder.unicode_to_latex(printable(text)))


def _results(setting: Setting) -> str:
    chosen = [place for place, column in enumerate(table.COLUMNS) if column.metric in _MAIN]
    header = ["strategy", "ties", *(table.COLUMNS[place].title for place in chosen)]
    rows = table.rows(setting)
    lines = [[table.marked(row), row.ties.text, *(row.cells[place].text for place in chosen)] for row in rows]
    asked = max((row.n for row in rows), default=0)
    note = (
        f"{setting.title}: accuracy with its interval ({setting.interval}), n = {asked} questions. "
        f"{_sentence(table.CONTROL_NOTE)} {_sentence(table.TIES_NOTE)}"
    )
    return _table(header, lines, note)


def _by_category(setting: Setting) -> str:
    types, rows = details.by_category(setting)
    header = ["strategy", *(f"{name} (n = {n})" for name, n in types)]
    lines = [[_marked(row), *(cell.text for cell in row.cells)] for row in rows]
    note = (
        f"{setting.title}: accuracy by type of question in percent, with the 95 % interval, clustered by "
        f"conversation. {_sentence(table.CONTROL_NOTE)}"
    )
    return _table(header, lines, note)


def _analysis(setting: Setting, found: AnalysisTable) -> str:
    header = ["strategy", *(column.title for column in found.columns)]
    lines = [[_marked(line), *map(_figure, line.cells)] for line in found.lines]
    note = f"{setting.title}: {found.title}. {found.note} {_sentence(table.CONTROL_NOTE)}"
    return _table(header, lines, note)


def _figure(cell: table.Cell) -> str:
    """Return a figure with its interval, which the page shows where one points."""
    return cell.hint if cell.hint.startswith(cell.text) else cell.text


def _marked(line: details.Line) -> str:
    return f"{line.label} {table.CONTROL_MARK}" if line.control else line.label


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _file(tables: Sequence[str]) -> str:
    return _HEAD + "\n".join(tables)


def _table(header: Sequence[str], lines: Sequence[Sequence[str]], caption: str) -> str:
    """Return a floating table whose first column is text and whose others are figures."""
    # After a line break LaTeX takes a star or a bracket for an argument of the break.
    rows = ["{}" + " & ".join(map(latex_cell, line)) + r" \\" for line in (header, *lines)]
    return "\n".join(
        [
            r"\begin{table}",
            r"\centering\small",
            rf"\caption{{{latex_cell(caption)}}}",
            rf"\begin{{tabular}}{{l{'r' * (len(header) - 1)}}}",
            r"\toprule",
            rows[0],
            r"\midrule",
            *rows[1:],
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
            "",
        ]
    )
