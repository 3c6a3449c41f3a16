"""Label Studio's JSON-MIN export: a list of flat objects, one an annotation, with the regions under ``label``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ner.errors import NerError
from ner.files import write_text
from ner.formats.offsets import FROM_NAME, TO_NAME
from ner.spans import AnnotatedDocument

#: Keys that describe the annotation; all others but the text and the regions are the task's own data.
_ANNOTATION_KEYS = ("annotation_id", "annotator", "created_at", "updated_at", "lead_time")


def is_min(task: Any) -> bool:
    """Whether an object of an export is of the flat kind."""
    return isinstance(task, Mapping) and "data" not in task and "text" in task


def expand_min(items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """JSON-MIN objects as tasks of the full JSON export; those of one task become its annotations."""
    tasks: dict[tuple[Any, str], dict[str, Any]] = {}
    for item in items:
        control, regions = _regions(item)
        result = [{"type": "labels", "from_name": FROM_NAME, "to_name": TO_NAME, "value": dict(r)} for r in regions]
        annotation = {"id": item.get("annotation_id"), "completed_by": item.get("annotator"), "result": result}
        annotation |= {key: item[key] for key in _ANNOTATION_KEYS[2:] if key in item}
        data = {k: v for k, v in item.items() if k not in {*_ANNOTATION_KEYS, control, "id", "name"}}
        if item.get("name"):
            data["id"] = item["name"]
        task = tasks.setdefault((item.get("id"), str(item["text"])), {"id": item.get("id"), "data": data})
        task.setdefault("annotations", []).append(annotation)
    return list(tasks.values())


def _regions(item: Mapping[str, Any]) -> tuple[str, list[Mapping[str, Any]]]:
    """The key under which an object has its regions, which is the name of the labelling control, and the regions."""
    found = {key: value for key, value in item.items() if _are_regions(value)}
    if len(found) > 1:
        raise NerError(f"JSON-MIN item {item.get('id')}: regions of more than one control: {', '.join(found)}")
    key = next(iter(found), FROM_NAME)
    if key not in found and item.get(key):
        raise NerError(f"JSON-MIN item {item.get('id')}: {key} holds no labelled regions: {item[key]!r}")
    return key, list(found.get(key, []))


def _are_regions(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(region, Mapping) and {"start", "end", "labels"} <= region.keys() for region in value)
    )


def load_export(path: Path) -> list[Any]:
    """The tasks of an export, JSON or JSON-MIN, as the full JSON has them.

    Raises NerError if the file is missing, no JSON or no list.
    """
    try:
        items = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise NerError(f"{path}: {error.strerror}; expected a Label Studio JSON export") from None
    except UnicodeDecodeError:
        raise NerError(f"{path}: not UTF-8; expected a Label Studio JSON export") from None
    except json.JSONDecodeError as error:
        raise NerError(f"{path}: broken JSON, line {error.lineno} column {error.colno}: {error.msg}") from None
    if not isinstance(items, list):
        raise NerError(f"{path}: no list of tasks; export from Label Studio as JSON or JSON-MIN")
    flat = [item for item in items if is_min(item)]
    try:
        return [item for item in items if not is_min(item)] + expand_min(flat)
    except NerError as error:
        raise NerError(f"{path}: {error}") from None


def write_min(documents: Iterable[AnnotatedDocument], path: Path) -> None:
    """Write documents as JSON-MIN, one object a line; ``id`` is the task's number there, so ``name`` has ours."""
    lines = [
        json.dumps(_flat(number, document), ensure_ascii=False, sort_keys=True)
        for number, document in enumerate(documents, 1)
    ]
    write_text(path, "[\n" + ",\n".join(lines) + "\n]\n")


def _flat(number: int, document: AnnotatedDocument) -> dict[str, Any]:
    regions = [
        {"start": span.start, "end": span.end, "text": document.surface(span), "labels": [span.type]}
        for span in sorted(document.spans)
    ]
    own = {**document.meta, "name": document.id, "text": document.text}
    return {**own, "id": number, "annotation_id": number, FROM_NAME: regions}
