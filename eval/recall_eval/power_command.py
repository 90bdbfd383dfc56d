"""``recallbench power``: how much data a comparison takes, and what given data can show."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from recall_datasets.errors import ConfigError

POWER = """\
How many questions it takes to see a difference between two strategies, or without --effect which difference
so many questions show. With DIR, what is not given is taken from the finished runs below it."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "power", help="plan how much data a comparison takes, or what given data can show", description=POWER
    )
    parser.add_argument("directory", type=Path, nargs="?", metavar="DIR", help="finished runs to learn from")
    percent = _number("a percentage", lambda value: 0 < value < 100)
    parser.add_argument("--effect", type=percent, metavar="POINTS", help="difference to be seen")
    parser.add_argument(
        "--accuracy", type=percent, metavar="PERCENT", help="of the less accurate (default 50)"
    )
    parser.add_argument(
        "--discordance", type=percent, metavar="PERCENT", help="questions that only one of the two has right"
    )
    parser.add_argument(
        "--agreement",
        type=_number("a correlation", lambda value: -1 <= value <= 1),
        default=0.0,
        metavar="PHI",
        help="correlation of the two on one question, for the discordance (default 0, the cautious choice)",
    )
    parser.add_argument(
        "--correlation",
        type=_number("a correlation", lambda value: 0 <= value <= 1),
        metavar="ICC",
        help="of the differences of two questions of one conversation (default 0)",
    )
    parser.add_argument(
        "--per-conversation",
        type=_number("at least 1", lambda value: value >= 1),
        metavar="N",
        help="questions of each conversation (default 1)",
    )
    parser.add_argument(
        "--conversations",
        type=_number("a whole number from 2", lambda value: value >= 2 and value == int(value)),
        metavar="N",
        help="without --effect: how many there are",
    )
    parser.add_argument("--power", type=percent, default=80.0, metavar="PERCENT", help="default 80")
    parser.add_argument("--alpha", type=percent, default=5.0, metavar="PERCENT", help="default 5")
    parser.add_argument(
        "--comparisons",
        type=_number("a whole number from 1", lambda value: value >= 1 and value == int(value)),
        default=1.0,
        metavar="N",
        help="pairs that are compared, for the correction (default 1)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the data that an effect takes, or the effect that the data show; return the exit code.

    Raises:
        RecallBenchError: What is given does not say enough, or does not fit together.
    """
    from recall_eval.comparing.needs import observe
    from recall_eval.statistics.power import detectable, plan

    seen = None if arguments.directory is None else observe(arguments.directory)
    if arguments.effect is None and arguments.conversations is None and seen is None:
        raise ConfigError("power: give --effect POINTS, or --conversations N to learn what they show, or DIR")
    effect = None if arguments.effect is None else arguments.effect / 100
    if seen is None or arguments.accuracy is not None or arguments.discordance is not None:
        variance = _assumed_variance(arguments, effect or 0.0)
    else:
        variance = seen.variance
    correlation = _chosen(arguments.correlation, seen.correlation if seen else None, 0.0)
    size = _chosen(arguments.per_conversation, seen.per_conversation if seen else None, 1.0)
    alpha = arguments.alpha / 100 / arguments.comparisons
    if seen is not None:
        print(f"from {seen.source}")
    print(
        f"assumed: standard deviation of a question's difference {100 * variance**0.5:.1f} points, "
        f"correlation {correlation:.3f} within a conversation, {size:.3g} questions each, "
        f"two-sided level {100 * alpha:.3g} %"
    )
    if effect is None:
        conversations = int(_chosen(arguments.conversations, seen.conversations if seen else None, 0))
        if conversations < 2:
            raise ConfigError("power: one conversation cannot be clustered; give --conversations N")
        error = (variance * (1 + (size - 1) * correlation) / (conversations * size)) ** 0.5
        least = detectable(error, conversations - 1, alpha, arguments.power / 100)
        print(
            f"{conversations} conversations, {conversations * size:,.0f} questions: a difference of "
            f"{100 * least:.1f} points is seen with a power of {arguments.power:g} %"
        )
        return 0
    try:
        found = plan(
            effect,
            variance,
            correlation=correlation,
            per_conversation=size,
            alpha=alpha,
            wanted=arguments.power / 100,
        )
    except ValueError as error:
        raise ConfigError(f"power: {error}") from error
    print(
        f"{100 * effect:g} points: {found.conversations:,} conversations, {found.questions:,} questions "
        f"(power {100 * found.power:.1f} %, design effect {found.design_effect:.2f})"
    )
    return 0


def _assumed_variance(arguments: argparse.Namespace, effect: float) -> float:
    """Return the variance of a question's difference that the assumed accuracies and agreement give."""
    from recall_eval.statistics.power import discordance

    first = (arguments.accuracy or 50.0) / 100
    if first + effect > 1:
        raise ConfigError(f"power: {100 * first:g} % and {100 * effect:g} points more are above 100 %")
    unlike = discordance(first, first + effect, arguments.agreement)
    if arguments.discordance is not None:
        unlike = arguments.discordance / 100
    if unlike < effect:
        raise ConfigError(
            f"power: {100 * unlike:.3g} % discordant questions cannot make {100 * effect:g} points"
        )
    return float(unlike - effect**2)


def _chosen(given: float | None, seen: float | None, default: float) -> float:
    return next(value for value in (given, seen, default) if value is not None)


def _number(what: str, fits: Callable[[float], bool]) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not fits(value):
            raise argparse.ArgumentTypeError(f"'{text}' is wrong: expected {what}")
        return value

    return read
