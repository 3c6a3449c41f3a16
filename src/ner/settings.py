"""The border between configuration files and typed settings: plain mappings in, dataclasses out, or a clear error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Annotated, Any, TypeVar, get_type_hints

from pydantic import BeforeValidator, StringConstraints, TypeAdapter, ValidationError

from ner.errors import NerError

T = TypeVar("T")
#: Several paths or globs; a single one need not be a list.
Paths = Annotated[tuple[str, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)]
#: The most that one file of weights holds.
ShardSize = Annotated[str, StringConstraints(pattern=r"^[1-9]\d*[KMG]B$")]


def build(cls: type[T], values: Any, source: str) -> T:
    """Build the dataclass ``cls`` from a plain mapping.

    Nested dataclasses are built from nested mappings and values are checked against the annotations. Raises NerError
    naming ``source``, unless that is empty, and the first wrong field.
    """
    _check_fields(cls, values, source)
    try:
        return TypeAdapter(cls).validate_python(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or cls.__name__
        what = first["msg"].removeprefix("Value error, ")
        raise NerError(f"{_join(source, where)}: {what} (given: {first['input']!r})") from None


def merge(settings: Mapping[str, Any], changes: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Settings with some values changed; nested mappings are merged.

    Raises NerError naming ``source`` and the key that the settings do not have.
    """
    merged = dict(settings)
    for key, value in changes.items():
        if key not in settings:
            raise NerError(f"{source}: unknown key {key!r}; known are {', '.join(settings)}")
        if isinstance(settings[key], Mapping) and isinstance(value, Mapping):
            merged[key] = merge(settings[key], value, f"{source}: {key}")
        else:
            merged[key] = value
    return merged


def _check_fields(cls: type, values: Any, source: str) -> None:
    if not isinstance(values, Mapping):
        raise NerError(f"{source or cls.__name__}: expected a mapping with fields of {cls.__name__}, found {values!r}")
    fields = get_type_hints(cls)
    for name, value in values.items():
        if name not in fields:
            raise NerError(f"{_join(source, '')}unknown field {name!r}; known are {', '.join(fields)}")
        if is_dataclass(fields[name]) and isinstance(fields[name], type):
            _check_fields(fields[name], value, _join(source, name))


def _join(source: str, name: str) -> str:
    return f"{source}: {name}" if source else name
