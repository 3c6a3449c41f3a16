"""Results on disk: ``entities.jsonl`` as they are ready, ``entities.csv`` for Excel, extracted page texts."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from ner.documents import Document
from ner.errors import NerError
from ner.extractor import Extraction
from ner.spans import Entity
from ner.text.cleaner import Removed
from ner.values import read_value

JSONL = "entities.jsonl"
CSV = "entities.csv"
COLUMNS = ("path", "type", "text", "clean", "start", "end", "score", "low", "high", "unit", "or_more")


@dataclass(frozen=True, slots=True)
class Result:
    """One document's entities and what was left out of it, as stored in one line of ``entities.jsonl``."""

    path: str
    digest: str
    encoding: str
    entities: tuple[Entity, ...]
    removed: tuple[Removed, ...]
    model: str = ""

    @classmethod
    def of(cls, document: Document, extraction: Extraction, model: str = "") -> Result:
        return cls(document.path, document.digest, document.encoding, extraction.entities, extraction.removed, model)

    def as_line(self) -> str:
        record = {
            "path": self.path,
            "sha256": self.digest,
            "encoding": self.encoding,
            "model": self.model,
            "entities": [_record(entity) for entity in self.entities],
            "removed": [asdict(part) for part in self.removed],
        }
        return json.dumps(record, ensure_ascii=False) + "\n"

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Result:
        return cls(
            record["path"],
            record["sha256"],
            record["encoding"],
            tuple(Entity(**{k: v for k, v in entity.items() if k != "value"}) for entity in record["entities"]),
            tuple(Removed(**part) for part in record["removed"]),
            record.get("model", ""),
        )


def read_results(folder: Path) -> dict[tuple[str, str], Result]:
    """Results of an earlier run by path and text hash; a line that a kill cut short is passed over."""
    path = folder / JSONL
    found: dict[tuple[str, str], Result] = {}
    if not path.exists():
        return found
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            result = Result.from_record(json.loads(line))
        except (ValueError, KeyError, TypeError):
            continue
        found[result.path, result.digest] = result
    return found


class ResultWriter:
    """Appends each result as it is ready, the JSON line last, so that what it holds stands in both files.

    ``earlier`` results are kept: they are rewritten first, into a new file that then takes the old one's place. Use as
    a context manager; raises NerError if the folder cannot be written.
    """

    def __init__(self, folder: Path, earlier: Iterable[Result] = ()) -> None:
        self.folder = folder
        self._earlier = tuple(earlier)
        self._files = ExitStack()

    def __enter__(self) -> ResultWriter:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            fresh = self.folder / (JSONL + ".new")
            fresh.write_text("".join(result.as_line() for result in self._earlier), encoding="utf-8")
            fresh.replace(self.folder / JSONL)
            self._jsonl = self._files.enter_context((self.folder / JSONL).open("a", encoding="utf-8"))
            self._csv = self._files.enter_context((self.folder / CSV).open("w", encoding="utf-8-sig", newline=""))
        except OSError as error:
            raise NerError(f"output.dir={self.folder}: cannot write there: {error.strerror}") from None
        csv.writer(self._csv).writerow(COLUMNS)
        for result in self._earlier:
            csv.writer(self._csv).writerows(_rows(result))
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()

    def write(self, result: Result) -> None:
        csv.writer(self._csv).writerows(_rows(result))
        self._csv.flush()
        self._jsonl.write(result.as_line())
        self._jsonl.flush()


def _rows(result: Result) -> Iterable[list[Any]]:
    for e in result.entities:
        value = read_value(e.type, e.clean)
        numbers = [_number(value.low), _number(value.high), value.unit, int(value.or_more)] if value else [""] * 4
        yield [result.path, e.type, _cell(e.text), _cell(e.clean), e.start, e.end, f"{e.score:.4f}", *numbers]


def _record(entity: Entity) -> dict[str, Any]:
    value = read_value(entity.type, entity.clean)
    numbers = value and {**asdict(value), "low": _number(value.low), "high": _number(value.high)}
    return {**asdict(entity), "score": round(entity.score, 6), "value": numbers}


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _cell(text: str) -> str:
    """Excel reads a cell that begins with one of these as a formula; an apostrophe keeps it text."""
    return "'" + text if text[:1] in {"=", "+", "-", "@"} else text


def write_extracted(folder: Path, document: Document) -> Path:
    """Write the text that was extracted from a page, to which its offsets refer."""
    name = Path(document.path).name.encode()[:200].decode(errors="ignore")  # a file name has at most 255 bytes
    target = folder / "text" / f"{name}.{document.digest[:8]}.txt"
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", encoding="utf-8", newline="") as file:
        file.write(document.text)
    return target
