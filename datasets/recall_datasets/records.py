"""Checking the records of dataset files, with errors that name place, field, found and expected."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from recall_datasets.errors import DatasetError, shown

Text = Annotated[str, Field(min_length=1)]


class Record(BaseModel):
    """A record of somebody else's format: the fields that are read are strict, others are passed over."""

    model_config = ConfigDict(extra="ignore", strict=True)


R = TypeVar("R", bound=Record)


def check(model: type[R], value: Any, where: str) -> R:
    """Return ``value`` as a record.

    Raises:
        DatasetError: It is not one; the message begins with ``where`` and names the field.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise DatasetError(f"{where}: {describe(error)}") from error


def describe(error: ValidationError, top: int = 0, under: str = "") -> str:
    """Return the first thing that is wrong: field, found and expected.

    The first ``top`` parts of its place are no field of the file; ``under`` is where the others stand.
    """
    first = error.errors(include_url=False)[0]
    # The branches of a union stand in the location too; they are no fields.
    parts = [_quoted(part) for part in first["loc"][top:] if part not in _BRANCHES]
    field = ".".join([under, *parts] if under else parts)
    place, given = f"field '{field}': " if field else "", first["input"]
    expected = first["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    match first["type"]:
        case "missing":
            return f"field '{field}' is missing: found {_keys(given)}, expected '{parts[-1]}'"
        case "union_tag_not_found":
            return f"field {first['ctx']['discriminator']} is missing: found {_keys(given)}, expected it"
        case "union_tag_invalid":
            allowed = first["ctx"]["expected_tags"]
            return f"field {first['ctx']['discriminator']}: found {first['ctx']['tag']!r}, expected {allowed}"
        case "extra_forbidden":
            return f"{place}found {shown(given)}, expected no field of this name"
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"{place}found {type(given).__name__}, expected an object"
        case "too_short":
            return f"{place}found {shown(given)}, expected at least {first['ctx']['min_length']}"
        case _:
            return f"{place}found {shown(given)}, expected {expected}"


def _keys(value: object) -> str:
    """Return the keys of an object, the first of them where they are many."""
    keys = [shown(key) for key in value] if isinstance(value, dict) else []
    return ", ".join(keys[:8]) + (" …" if len(keys) > 8 else "") if keys else "no field"


def _quoted(part: object) -> str:
    """Return a part of a place; keys come from the file."""
    return shown(part)[1:-1] if isinstance(part, str) else str(part)


_BRANCHES = ("constrained-str", "str", "int", "float")


class Unique:
    """Ids that may stand once in a file, with the place of each."""

    def __init__(self) -> None:
        """Start with none."""
        self._places: dict[str, str] = {}

    def add(self, id: str, where: str, field: str, place: str) -> None:
        """Take an id at ``where``; ``place`` is what a later error calls it.

        Raises:
            DatasetError: It stood before.
        """
        if id in self._places:
            raise DatasetError(
                f"{where}: field '{field}': found {shown(id)}, expected an id of its own: "
                f"it stands twice ({self._places[id]} has it)"
            )
        self._places[id] = place
