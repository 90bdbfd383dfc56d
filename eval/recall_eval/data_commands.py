"""``recallbench data``: cards, fetching, generating and checking files, statistics and errata."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recall_datasets.errors import DatasetError, ResultsError

if TYPE_CHECKING:
    from recall_datasets.card import Card, DataFile


def add_parser(commands: Any) -> None:
    """Add the command ``data`` and its own commands to the parser."""
    data = commands.add_parser("data", help="describe, fetch, check and measure datasets")
    actions = data.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="every dataset that has a card")
    describe = actions.add_parser("describe", help="licence, files, categories, known label errors")
    verify = actions.add_parser("verify", help="hash a file and say which release it is")
    fetch = actions.add_parser("fetch", help="download a file, resuming, and check its hash")
    generate = actions.add_parser("generate", help="write a dataset as JSONL, with a card beside it")
    bench = actions.add_parser("bench", help="measure what it costs to make a dataset: time and memory")
    sample = actions.add_parser("sample", help="draw questions with their evidence, to be read by a person")
    stats = actions.add_parser("stats", help="measure a dataset: size, evidence, overlap, gaps")
    errata = actions.add_parser(
        "errata", help="corrections that come with the package, or that a file proves"
    )
    for parser in (describe, verify, fetch, errata):
        parser.add_argument("name", metavar="NAME", help="a dataset of: recallbench data list")
    verify.add_argument("--path", required=True, metavar="P", help="the file")
    fetch.add_argument("--file", metavar="F", help="variant or name, where there are several")
    fetch.add_argument("--to", type=Path, default=Path(), metavar="DIR", help="folder; default: this one")
    for parser in (generate, bench, sample, stats):
        parser.add_argument(
            "overrides", nargs="*", metavar="KEY=VALUE", help="as for run: dataset=synthetic_smoke"
        )
    sample.add_argument("--count", type=_positive, default=50, metavar="N", help="how many; default: 50")
    sample.add_argument("--seed", type=int, default=0, help="seed of the draw; default: 0")
    sample.add_argument("--gold", action="store_true", help="show the answers, too")
    generate.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="….jsonl, ….jsonl.gz or ….jsonl.zst"
    )
    bench.add_argument(
        "--tokens",
        metavar="N,…",
        help="one conversation of about so many tokens, of each size, for sets with dataset.tokens",
    )
    bench.add_argument("--json", action="store_true", help="print JSON")
    generate.add_argument("--force", action="store_true", help="replace an existing file")
    stats.add_argument("--json", action="store_true", help="print JSON")
    stats.add_argument("--out", type=Path, metavar="FILE", help="write JSON to a file too")
    stats.add_argument("--no-embedder", action="store_true", help="do not count word pieces")
    errata.add_argument("--path", metavar="P", help="the file, to find its errors anew")


def run(arguments: argparse.Namespace, rest: Sequence[str]) -> int:
    """Run one of the commands and return the exit code.

    Raises:
        RecallBenchError: The user can mend it.
    """
    match arguments.action:
        case "list":
            _list()
        case "describe":
            _describe(arguments.name)
        case "verify":
            _verify(arguments.name, arguments.path)
        case "fetch":
            _fetch(arguments.name, arguments.file, arguments.to)
        case "errata":
            _errata(arguments.name, arguments.path)
        case "bench":
            _bench([*arguments.overrides, *rest], arguments.tokens, as_json=arguments.json)
        case "sample":
            _sample([*arguments.overrides, *rest], arguments.count, arguments.seed, arguments.gold)
        case "generate":
            _generate([*arguments.overrides, *rest], arguments.out, force=arguments.force)
        case _:
            _stats([*arguments.overrides, *rest], arguments)
    return 0


def _list() -> None:
    from recall_datasets.card import card_names, load_card

    rows: list[Sequence[str]] = [
        ("name", "conversations", "sessions", "turns", "questions", "licence", "files")
    ]
    for name in card_names():
        card = load_card(name)
        counts = card.files[0].counts.model_dump().values() if card.files else [None] * 4
        files = ", ".join(file.variant for file in card.files)
        rows.append((name, *(_number(count) for count in counts), card.licence, files or "none"))
    _table(rows, right=range(1, 5))
    print("\nCounts are those of the first file; more: recallbench data describe NAME")


def _describe(name: str) -> None:
    from recall_datasets.card import card_names, load_card
    from recall_eval.catalog import card_of, options

    card = load_card(name if name in card_names() else card_of(name))
    if card.name != name:
        summary = next(option.summary for option in options("dataset") if option.name == name)
        print(f"{name}: {summary}\nWhat it is made from is described by the card of {card.name}:\n")
    print(f"{card.name}: {card.title}")
    if card.paper:
        source = [card.paper.venue, f"arXiv {card.paper.arxiv}" if card.paper.arxiv else None]
        print(f"paper: {card.paper.title} ({', '.join(part for part in source if part)})")
    print(f"homepage: {card.homepage}" if card.homepage else "homepage: none")
    print(f"licence: {card.licence}. {card.redistribution}")
    for file in card.files:
        _describe_file(file)
    if card.categories:
        print("\ncategories:")
        _table([(f"  {c.id}", c.name, _number(c.count)) for c in card.categories], right=[2])
    _items("exclusions", card.exclusions)
    _items("label errors that were reported", [f"{e.id}: {e.what} ({e.source})" for e in card.label_errors])
    _items("notes", card.notes)


def _describe_file(file: DataFile) -> None:
    print(f"\nfile {file.variant}: {file.name}, {_number(file.bytes)} bytes")
    counts = [f"{_number(n)} {what}" for what, n in file.counts.model_dump().items() if n is not None]
    for label, value in {
        "holds": ", ".join(counts),
        "note": file.note,
        "sha256": file.sha256,
        "revision": file.revision,
        "url": file.url,
    }.items():
        if value:
            print(f"  {label}: {value}")


def _verify(name: str, path: str) -> None:
    from recall_datasets.card import card_beside, checking_card
    from recall_datasets.files import existing_file, sha256_file

    file = existing_file(path, "--path")
    card = checking_card(name, file)
    known = [file for file in card.files if file.sha256]
    if not known:
        raise DatasetError(
            f"{name} has no released file to compare with, and there is no card '{card_beside(file)}'"
        )
    found = sha256_file(file)
    match = card.identify(found)
    if match is None:
        digits = 64 if len(known) == 1 else 16
        expected = ", ".join(f"{k.variant} {(k.sha256 or '')[:digits]} ({k.bytes} bytes)" for k in known)
        size = file.stat().st_size
        raise DatasetError(
            f"{file}: no known file of {name}: found sha256 {found} ({size} bytes), expected {expected}"
        )
    origin = f"revision {match.revision}"
    if card.generator:
        origin = f"made by {card.generator.target}, version {card.generator.version}"
    print(f"{file}: {card.name} {match.variant} ({match.name}, {origin}), sha256 {found}")


def _generate(overrides: Sequence[str], out: Path, *, force: bool) -> None:
    from recall_datasets.card import card_beside
    from recall_eval.generate import generate

    file = generate(overrides, out, force=force).files[0]
    counts = ", ".join(f"{_number(n)} {what}" for what, n in file.counts.model_dump().items())
    print(f"{out}: {counts}, {_number(file.bytes)} bytes, sha256 {file.sha256}")
    print(f"{card_beside(out)}: its card")


def _fetch(name: str, key: str | None, folder: Path) -> None:
    from recall_datasets.card import load_card
    from recall_eval.fetch import fetch

    card = load_card(name)
    file = _chosen(card, key)
    print(f"{name} {file.variant}: licence {card.licence}. {card.redistribution}")
    print(f"{fetch(file, folder, card.homepage)}: {_number(file.bytes)} bytes, sha256 as in the card")


def _chosen(card: Card, key: str | None) -> DataFile:
    if key is not None:
        return card.file(key)
    if not card.files:
        raise DatasetError(f"{card.name} has no file to fetch")
    if len(card.files) > 1:
        variants = ", ".join(file.variant for file in card.files)
        raise DatasetError(f"{card.name} has several files; choose one by --file: {variants}")
    return card.files[0]


def _errata(name: str, path: str | None) -> None:
    from recall_datasets.errata import load_errata

    if path is None:
        corrections = load_errata(name).corrections
        rows = [(c.id, c.change(), c.reason, c.source) for c in corrections]
        _table([("question", "change", "reason", "source"), *rows])
        return
    if name != "locomo":
        raise DatasetError(f"{name}: no rule that finds errors in a file; only locomo has one")
    from recall_datasets.locomo_evidence import evidence_faults

    faults = evidence_faults(path)
    _table(
        [
            ("question", "evidence in the file", "names", "reason"),
            *((f.question, f.raw, " ".join(f.parsed) or "nothing", f.reason) for f in faults),
        ]
    )
    print(f"{len(faults)} faulty evidence strings")


def _bench(overrides: Sequence[str], sizes: str | None, *, as_json: bool) -> None:
    from dataclasses import asdict

    from recall_eval.build import build
    from recall_eval.data_bench import costs
    from recall_eval.launch import dataset_config

    swept: list[list[str]] = [[]]
    if sizes is not None:
        swept = [[f"dataset.tokens={size}", "dataset.conversations=1"] for size in sizes.split(",")]
    nodes = [dataset_config([*overrides, *extra])[0] for extra in swept]
    for node in nodes:
        build(node, "dataset")  # a wrong value stops the command before any work
    found = costs(nodes)
    if as_json:
        print(json.dumps([asdict(cost) for cost in found], indent=2))
        return
    first = found[0]
    titles = (
        "conversations",
        "turns",
        "tokens",
        "seconds",
        "tokens/s",
        "speed",
        "peak MB",
        "growth MB",
        "per text",
    )
    rows = [
        (
            _number(cost.conversations),
            _number(cost.turns),
            _number(cost.tokens),
            f"{cost.seconds:.2f}",
            f"{cost.tokens_per_second:,.0f}",
            f"{cost.tokens_per_second / first.tokens_per_second:.2f}",
            f"{cost.rss_peak / 1e6:,.0f}",
            f"{(cost.rss_peak - cost.rss_before) / 1e6:,.0f}",
            f"{cost.rss_per_text:.1f}",
        )
        for cost in found
    ]
    _table([titles, *rows], right=range(len(titles)))
    print(
        "\nseconds: processor time, of loading libraries too; speed: tokens/s relative to the first line\n"
        "growth: of resident memory from before the first conversation; per text: in multiples of the text"
    )


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a whole number from 1")
    return int(text)


def _sample(overrides: Sequence[str], count: int, seed: int, gold: bool) -> None:
    from recall_eval.data_sample import lines, sample
    from recall_eval.launch import dataset_config
    from recall_eval.overlay import build_dataset

    for line in lines(sample(build_dataset(*dataset_config(overrides)), count, seed), gold):
        print(line)


def _stats(overrides: Sequence[str], arguments: argparse.Namespace) -> None:
    from recall_eval.data_stats import measure, words
    from recall_eval.launch import dataset_config
    from recall_eval.overlay import build_dataset

    dataset = build_dataset(*dataset_config(overrides))
    found = measure(dataset, word_pieces=not arguments.no_embedder)
    text = json.dumps(found, indent=2, ensure_ascii=False)
    if arguments.out is not None:
        try:
            arguments.out.write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise ResultsError(f"--out: cannot write '{arguments.out}': {error.strerror}") from error
    if arguments.json:
        print(text)
    else:
        _table(words(found))


def _items(title: str, items: Iterable[str]) -> None:
    found = list(items)
    if found:
        print(f"\n{title}:")
        for item in found:
            print(f"  - {item}")


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _table(rows: Sequence[Sequence[str]], right: Iterable[int] = ()) -> None:
    """Print aligned columns; numbers to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    numeric = set(right)
    for row in rows:
        cells = [
            cell.rjust(width) if place in numeric else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())
