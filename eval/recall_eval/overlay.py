"""Which errata overlay lies over the dataset of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recall_eval.build import build

AUTO = "auto"
"""Stands for the overlay that comes with the dataset's card, if there is one."""


def build_dataset(node: Mapping[str, Any], errata: str | None) -> Any:
    """Build a dataset, under an overlay where one is meant.

    Args:
        node: The dataset's config.
        errata: ``auto``, the name or path of an overlay, or None for the dataset as released.

    Raises:
        ConfigError: The config is wrong.
        DatasetError: There is no such overlay, or it is malformed.
    """
    from recall_datasets.errata import CorrectedDataset, errata_names

    dataset = build(node, "dataset")
    if errata == AUTO:
        card = getattr(dataset, "card", None)
        errata = card if card in errata_names() else None
    return dataset if errata is None else CorrectedDataset(dataset=dataset, errata=errata)
