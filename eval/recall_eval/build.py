"""From config nodes to objects; parameters are checked against the annotations of their class."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, InstanceOf, ValidationError, create_model
from pydantic_core import ErrorDetails

from recall_datasets.errors import ConfigError, RecallBenchError, did_you_mean


def build(node: Mapping[str, Any], place: str) -> Any:
    """Build the object that ``node`` describes, and before it those that its values describe.

    Args:
        node: ``_target_`` (``module.Class``) and keyword arguments.
        place: The node's key in the config, for errors.

    Raises:
        ConfigError: Names the key, what is wrong with it, what is allowed and the nearest match.
    """
    target = node.get("_target_")
    if not isinstance(target, str) or target == "???":
        raise ConfigError(f"{place}._target_: give the class to build, as module.Class")
    given = {
        str(key): _build_value(value, f"{place}.{key}") for key, value in node.items() if key != "_target_"
    }
    return construct(locate(target, f"{place}._target_"), given, place)


def construct(cls: type, given: Mapping[str, Any], place: str) -> Any:
    """Check ``given`` against the parameters of ``cls`` and call it.

    Raises:
        ConfigError: As ``build``; also when the class itself refuses its parameters.
    """
    given = {name: _nested(cls, name, value, place) for name, value in given.items()}
    try:
        checked = parameter_model(cls).model_validate(given)
    except ValidationError as error:
        raise ConfigError("; ".join(_describe(e, cls, place) for e in error.errors())) from error
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{place}: the parameters of {cls.__name__} are not known: {error}") from error
    found = dict(checked)  # not by attribute: an open-ended class may take a name that BaseModel has
    values = {name: found[name] for name in given}
    for name, value in given.items():
        if _holds_bool(value) and not _holds_bool(values[name]):
            raise ConfigError(f"{place}.{name}".lstrip(".") + f": {value!r} is wrong: expected a number")
    try:
        return cls(**values)
    except RecallBenchError:
        raise
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{place}: {cls.__name__} refuses its parameters: {error}") from error
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise ConfigError(f"{place}: {cls.__name__} cannot be built: {reason}") from error


def require(built: Any, names: Sequence[str], place: str) -> None:
    """Check that ``built`` has the methods of its role.

    Raises:
        ConfigError: It lacks one, so that it cannot be what the config takes it for.
    """
    missing = [name for name in names if not callable(getattr(built, name, None))]
    if missing:
        raise ConfigError(f"{place}._target_: {type(built).__name__} has no method {', '.join(missing)}")


def locate(target: str, place: str) -> type:
    """Import ``module.Class``.

    Raises:
        ConfigError: There is no such module or class.
    """
    module_name, _, name = target.rpartition(".")
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # importing runs the module, which may raise anything
        raise ConfigError(f"{place}: cannot import '{module_name}' for '{target}': {error}") from error
    found = getattr(module, name, None)
    if not isinstance(found, type):
        names = [n for n, value in vars(module).items() if isinstance(value, type)]
        raise ConfigError(f"{place}: no class '{name}' in '{module_name}'{did_you_mean(name, names)}")
    return found


@lru_cache(maxsize=256)
def parameter_model(cls: type) -> type[BaseModel]:
    """Return a pydantic model of the parameters of ``cls``, made from their annotations."""
    fields = {name: (_checkable(annotation), default) for name, annotation, default in _parameters(cls)}
    open_ended = fields.pop("**", None) is not None
    config = ConfigDict(
        extra="allow" if open_ended else "forbid", arbitrary_types_allowed=True, protected_namespaces=()
    )
    model: type[BaseModel] = create_model(cls.__name__, __config__=config, **fields)  # type: ignore[call-overload]
    return model


def _parameters(cls: type) -> Iterator[tuple[str, Any, Any]]:
    constructor: Any = cls if dataclasses.is_dataclass(cls) else inspect.getattr_static(cls, "__init__")
    hints = _hints(constructor) if callable(constructor) else {}
    for parameter in inspect.signature(cls).parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            yield "**", Any, ...
        elif parameter.kind is not parameter.VAR_POSITIONAL:
            missing = parameter.default is parameter.empty
            yield parameter.name, hints.get(parameter.name, Any), ... if missing else parameter.default


def _hints(constructor: Any) -> dict[str, Any]:
    """Return the annotations; none where one names what is imported for type checkers only."""
    try:
        return get_type_hints(constructor, include_extras=True)
    except NameError:
        return {}


def _checkable(annotation: Any) -> Any:
    """Objects built from nodes are checked by their class; pydantic does not look inside."""
    is_class = isinstance(annotation, type) and annotation is not Any and not issubclass(annotation, Enum)
    is_node = is_class and get_origin(annotation) is None
    if is_node and annotation.__module__ not in ("builtins", "datetime", "pathlib"):
        checked: Any = InstanceOf[annotation]  # type: ignore[misc]
        return checked
    return annotation


def _nested(cls: type, name: str, value: Any, place: str) -> Any:
    """A group of settings without a class of its own (e.g. ``packing``) becomes its dataclass."""
    if not isinstance(value, Mapping) or not dataclasses.is_dataclass(cls):
        return value
    hint = _hints(cls).get(name)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return construct(hint, {str(k): v for k, v in value.items()}, f"{place}.{name}".lstrip("."))
    return value


def _build_value(value: Any, place: str) -> Any:
    if isinstance(value, Mapping):
        if "_target_" in value:
            return build(value, place)
        return {key: _build_value(inner, f"{place}.{key}") for key, inner in value.items()}
    if isinstance(value, list):
        return [_build_value(inner, f"{place}.{index}") for index, inner in enumerate(value)]
    return value


def _holds_bool(value: Any) -> bool:
    """Whether ``value`` is or lists a bool, which pydantic would take for 0 or 1."""
    return isinstance(value, bool) or (isinstance(value, list | tuple) and any(map(_holds_bool, value)))


def _describe(error: ErrorDetails, cls: type, place: str) -> str:
    names = list(parameter_model(cls).model_fields)
    key = str(error["loc"][0]) if error["loc"] else ""
    where = (
        ".".join([place, *(str(part) for part in error["loc"])])
        if place
        else ".".join(map(str, error["loc"]))
    )
    if error["type"] == "extra_forbidden":
        return f"{where}: unknown key{did_you_mean(key, names)}; known: {', '.join(names) or 'none'}"
    if error["type"] == "missing":
        return f"{where}: a value is needed"
    hint = did_you_mean(str(error["input"]), _literals(parameter_model(cls), key))
    message = error["msg"].removeprefix("Value error, ")
    return f"{where}: {error['input']!r} is wrong: {message[:1].lower()}{message[1:]}{hint}"


def _literals(model: type[BaseModel], key: str) -> list[str]:
    field = model.model_fields.get(key)
    return [str(value) for value in get_args(field.annotation)] if field is not None else []
