"""The report as one HTML file that needs no network. All text from data is escaped."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from recall_eval.metrics.standard import LEVELS
from recall_eval.reporting import details, table
from recall_eval.reporting.analyses import all_tables
from recall_eval.reporting.browser.data import Embedded, embed
from recall_eval.reporting.browser.options import BrowserOptions
from recall_eval.reporting.errata import errata_table
from recall_eval.reporting.figures import Plot
from recall_eval.reporting.gates import Verdict
from recall_eval.reporting.load import Unusable
from recall_eval.reporting.losses import losses_table
from recall_eval.reporting.matrix import matrix
from recall_eval.reporting.pairwise import correlation
from recall_eval.reporting.plots.style import GRID, INK, MUTED, PAPER
from recall_eval.reporting.ranking import ranking
from recall_eval.reporting.settings import Entry, Setting
from recall_eval.reporting.text import printable
from recall_eval.reporting.verdict import verdict

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from markupsafe import Markup

_SCRIPTS = ("tables.js", "strategies.js", "browser.js", "question.js")
_BROWSER_FRAME = 20_000
"""Bytes, generously, of what stands around the browser's data."""
_THEMED = {INK: "--ink", MUTED: "--muted", PAPER: "--paper", GRID: "--line"}
_PAINT = re.compile(r"(fill|stroke): (#[0-9a-f]{6})")
_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"


def render(
    settings: Sequence[Setting],
    plots: Mapping[str, Sequence[Plot]],
    unusable: Sequence[Unusable],
    judged: Mapping[str, Sequence[Verdict]],
    options: BrowserOptions,
) -> str:
    """Return the page.

    Args:
        settings: What was compared.
        plots: Title of each setting → its plots.
        unusable: Runs that could not be compared.
        judged: Title of each setting → whether its dataset can tell strategies apart.
        options: What the page holds of the questions.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    # Explicit, because select_autoescape goes by the ending and would leave *.html.jinja unescaped.
    environment = Environment(
        loader=PackageLoader("recall_eval.reporting", "assets"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script = "".join(map(_asset, _SCRIPTS))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    sections = [_section(setting, plots[setting.title], judged[setting.title]) for setting in settings]

    def page(browsers: Sequence[Embedded | None]) -> str:
        return environment.get_template("report.html.jinja").render(
            settings=[
                {**section, "browser": browser, "parts": _parts(section, browser)}
                for section, browser in zip(sections, browsers, strict=True)
            ],
            asked=options.questions != "none",
            unusable=unusable,
            columns=table.COLUMNS,
            control_note=table.CONTROL_NOTE,
            ties_note=table.TIES_NOTE,
            rank_metrics=list(details.RANK_METRICS.values()),
            style=Markup(_asset("report.css")),  # noqa: S704
            script=Markup(script),  # noqa: S704
            script_digest=digest,
        )

    if options.questions == "none" or not settings:
        return page([None] * len(settings))
    room = int(options.max_mb * 1e6) - len(page([None] * len(settings)).encode()) - _BROWSER_FRAME
    return page(_embedded(settings, options, room))


def _embedded(settings: Sequence[Setting], options: BrowserOptions, room: int) -> list[Embedded | None]:
    """Return the browser of each setting; what one leaves of its share the next may use."""
    found: list[Embedded | None] = []
    for place, setting in enumerate(settings):
        embedded = embed(setting, options, room // (len(settings) - place))
        room -= embedded.size if embedded else 0
        found.append(embedded)
    return found


def _section(setting: Setting, plots: Sequence[Plot], judged: Sequence[Verdict]) -> dict[str, Any]:
    categories, category_lines = details.by_category(setting)
    return {
        "title": setting.title,
        "verdict": verdict(setting),
        "ranking": ranking(setting),
        "judged": judged,
        "rows": table.rows(setting),
        "interval": setting.interval,
        "matrix": matrix(setting),
        "correlations": _correlations(setting),
        "plots": [(plot, inline_svg(plot)) for plot in plots],
        "categories": categories,
        "category_lines": category_lines,
        "ks": details.ks(setting),
        "ranks": {level: details.ranks(setting, level) for level in LEVELS},
        "named": details.named_rows(setting),
        "errata": errata_table(setting),
        "analyses": all_tables(setting),
        "losses": losses_table(setting),
        "failures": details.failures(setting),
        "dataset": _facts(setting.dataset),
        "runs": [_provenance(entry) for entry in setting.entries],
    }


def _parts(content: Mapping[str, Any], browser: Embedded | None) -> list[tuple[str, str]]:
    """Return the parts of a setting that hold anything: template and title in the contents, or no title."""
    ranked = any(max(found.counts) for found in content["ranks"].values())
    parts: list[tuple[str, str, Any]] = [
        ("verdict", "Verdict", True),
        ("ranking", "", content["ranking"]),
        ("badge", "", content["judged"]),
        ("remarks", "", content["verdict"].remarks),
        ("results", "Results", True),
        ("differences", "Differences", content["matrix"]),
        ("validity", "Validity", content["judged"]),
        ("plots", "Plots", content["plots"]),
        ("types", "By type", content["categories"]),
        ("errata", "Errata", content["errata"]),
        ("analyses", "Analyses", content["analyses"]),
        ("losses", "Losses", content["losses"]),
        ("ranks", "Evidence ranks", ranked),
        ("named", "Named metrics", content["named"]),
        ("errors", "Errors", content["failures"]),
        ("questions", "Questions", browser),
        ("provenance", "Settings", True),
    ]
    return [(name, title) for name, title, there in parts if there]


def _correlations(setting: Setting) -> str:
    """Return the range of the runs' correlations within conversations, or nothing without one."""
    known = [found for entry in setting.entries if (found := correlation(entry)) is not None]
    return f"{min(known):.2f} to {max(known):.2f}".replace("-", "\N{MINUS SIGN}") if known else ""


def _provenance(entry: Entry) -> dict[str, Any]:
    manifest = entry.run.manifest
    code = manifest.get("code") or {}
    return {
        "label": entry.label,
        "control": entry.run.control,
        "id": entry.run.id,
        "dirty": bool(code.get("dirty")),
        "facts": [
            ("started", printable(manifest.get("started") or "")),
            ("finished", printable(manifest.get("finished") or "")),
            *[(f"code {name}", value) for name, value in _facts(code)],
            *[(f"machine {name}", value) for name, value in _facts(manifest.get("machine") or {})],
            *[(f"version of {name}", value) for name, value in _facts(manifest.get("versions") or {})],
        ],
        "config": "\n".join(printable_lines(json.dumps(entry.run.config, indent=2, default=str))),
    }


def _facts(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(printable(name), printable(value, 200)) for name, value in values.items()]


def printable_lines(text: str) -> list[str]:
    """Return the lines of JSON text with their indentation and without control characters."""
    return [" " * (len(line) - len(line.lstrip(" "))) + printable(line) for line in text.split("\n")]


def inline_svg(plot: Plot) -> Markup:
    """Return the plot as an SVG element for the page.

    Ids are made unique to the plot, colours of ink and paper follow the page's theme, and the size follows
    the column's width.
    """
    from xml.etree import ElementTree

    from markupsafe import Markup

    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    root = ElementTree.fromstring(plot.svg)  # noqa: S314
    for parent in root.iter():
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"):
                parent.remove(child)
    for element in root.iter():
        _adapt(element, plot.name)
    width = float(root.attrib.pop("width").removesuffix("pt"))
    root.attrib.pop("height")
    root.attrib |= {"role": "img", "aria-label": plot.title, "style": f"--natural: {width:.0f}pt"}
    return Markup(ElementTree.tostring(root, encoding="unicode"))  # noqa: S704


def _adapt(element: Element, name: str) -> None:
    """Make an element's ids and references unique to its plot, and its colours follow the theme."""
    for key, value in element.attrib.items():
        if key == "id":
            element.attrib[key] = f"{name}-{value}"
        elif key == f"{{{_XLINK}}}href" and value.startswith("#"):
            element.attrib[key] = f"#{name}-{value[1:]}"
        elif "url(#" in value:
            element.attrib[key] = value.replace("url(#", f"url(#{name}-")
        elif key == "style":
            element.attrib[key] = _PAINT.sub(_themed, value)


def _themed(match: re.Match[str]) -> str:
    variable = _THEMED.get(match[2])
    return f"{match[1]}: var({variable}, {match[2]})" if variable else match[0]


def _asset(name: str) -> str:
    return files("recall_eval.reporting").joinpath("assets", name).read_text(encoding="utf-8")
