"""Dated price tables: what a provider asks for a million tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from recall_datasets.errors import ConfigError, did_you_mean
from recall_eval.build import construct
from recall_eval.catalog import PRICES, config_dir

PER = 1_000_000
"""Tokens that a price is for."""

Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def _iso(value: object) -> date:
    """Read a date; pydantic would take a number for seconds since 1970."""
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError("expected a date such as 2024-10-01") from error


@dataclass(frozen=True, kw_only=True)
class PriceTable:
    """What tokens cost at one provider on one day; prices are per million tokens.

    Attributes:
        name: The table's name, with what is priced.
        date: The day on which the prices were read.
        currency: ISO 4217 code.
        source: Where they were read.
        input: Tokens sent to the LLM.
        cached_input: Tokens sent to the LLM that its prompt cache held.
        output: Tokens that the LLM said.
        embedding: Tokens sent to the embedder.
        cache_write: What ``input`` is multiplied with for tokens that are written to the prompt cache.
        min_cached_tokens: Shorter prefixes are not cached.
        batch_discount: Share taken off the price of what is sent in batches, in [0, 1].
    """

    name: Annotated[str, Field(pattern=r"^\w[\w.+-]{0,59}$")]
    date: Annotated[date, BeforeValidator(_iso)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    source: Annotated[str, Field(min_length=1)]
    input: Price
    cached_input: Price
    output: Price
    embedding: Price
    cache_write: Price = 1.0
    min_cached_tokens: Annotated[int, Field(ge=0)] = 0
    batch_discount: Annotated[float, Field(ge=0, le=1)] = 0.0

    @property
    def title(self) -> str:
        """Name and date, to stand wherever its money stands."""
        return f"{self.name}, prices of {self.date.isoformat()}"


def load_prices(name: str) -> PriceTable:
    """Read a price table.

    Args:
        name: Of a table in ``configs/prices``, or the path of a YAML file.

    Raises:
        ConfigError: There is no such table, or it is malformed; names the file, the key, what is allowed and
            the nearest match.
    """
    if Path(name).suffix not in (".yaml", ".yml"):
        names = table_names()
        if name not in names:
            known = f"tables: {', '.join(names)}; or give the path of a .yaml file"
            raise ConfigError(f"prices: no table '{name}'{did_you_mean(name, names)}; {known}")
        return _read(config_dir() / PRICES / f"{name}.yaml")
    return _read(Path(name).expanduser())


def table_names() -> list[str]:
    """Return the names of the tables in ``configs/prices``."""
    return sorted(file.stem for file in (config_dir() / PRICES).glob("*.yaml"))


def _read(file: Path) -> PriceTable:
    content = _content(file)
    if not isinstance(content, Mapping):
        raise ConfigError(f"prices: {file}: expected keys with values, found {type(content).__name__}")
    try:
        table: PriceTable = construct(PriceTable, {str(key): value for key, value in content.items()}, "")
    except ConfigError as error:
        raise ConfigError(f"prices: {file}: {error}") from error
    return table


def _content(file: Path) -> Any:
    import yaml

    try:
        # Every value as it is written: the types are checked against the annotations.
        return yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    except OSError as error:
        raise ConfigError(f"prices: cannot read '{file}': {error.strerror or error}") from error
    except (UnicodeDecodeError, ValueError, yaml.YAMLError) as error:
        raise ConfigError(f"prices: {file}: not readable as YAML: {' '.join(str(error).split())}") from error
