"""Articles to Label Studio: each text once, with the predictions of each model version once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ner.documents import Document, Skipped
from ner.errors import NerError
from ner.files import write_text
from ner.formats.offsets import to_region, unfit
from ner.labelling.interface import check_interface, read_interface
from ner.labelling.server import LabelStudioSettings, Project, Server, TaskHead
from ner.labelling.uncertainty import uncertainty
from ner.spans import Entity

ORDERS = ("path", "uncertain")
#: Tasks in one request: a killed push loses at most so many, and the next one adds them.
_BATCH = 50

Extract = Callable[[str], Sequence[Entity]]


@dataclass(slots=True)
class PushSummary:
    """What a push did: tasks added, tasks given predictions, tasks left alone, and what was skipped and why."""

    target: str
    model_version: str
    created: bool = False
    added: int = 0
    predicted: int = 0
    unchanged: int = 0
    skipped: list[Skipped] = field(default_factory=list)

    def lines(self) -> list[str]:
        return [
            f"project {'created' if self.created else 'found'}: {self.target}",
            f"{self.added} tasks added, {self.predicted} given predictions of {self.model_version}, "
            f"{self.unchanged} unchanged",
            *([f"skipped {len(self.skipped)}:"] if self.skipped else []),
            *(f"  {item.path}: {item.reason}" for item in self.skipped),
        ]


def push(
    server: Server,
    items: Iterable[Document | Skipped],
    extract: Extract,
    model_version: str,
    settings: LabelStudioSettings,
    order: str = "path",
) -> PushSummary:
    """Add each article that the project lacks, with predictions, and predictions where only this version's are missing.

    The same text is never added twice, whatever its path. With ``order="uncertain"`` the articles from which the model
    would learn most come first, and Label Studio hands them out in that order. Raises NerError if the server fails, the
    project's labels differ from ours, or there is no article at all; what was added until then stays.
    """
    _check(model_version, order)
    documents, skipped = sort_out(items)
    project, created = _open_project(server, settings)
    summary = PushSummary(server.project_url(project.id), model_version, created, skipped=skipped)
    there = _by_digest(server.task_heads(project.id))
    new = [document for document in documents if document.digest not in there]
    stale = [
        document
        for document in documents
        if document.digest in there and model_version not in there[document.digest].model_versions
    ]
    summary.unchanged = len(documents) - len(new) - len(stale)
    tasks = make_tasks(new, extract, model_version, order)
    for first in range(0, len(tasks), _BATCH):
        server.import_tasks(project.id, tasks[first : first + _BATCH])
        summary.added += len(tasks[first : first + _BATCH])
    for first in range(0, len(stale), _BATCH):
        batch = [
            {"task": there[document.digest].id, **predict(document, extract(document.text), model_version)}
            for document in stale[first : first + _BATCH]
        ]
        server.add_predictions(project.id, batch)
        summary.predicted += len(batch)
    if documents:
        server.show_predictions(project.id, model_version, order == "uncertain")
    return summary


def write_import(
    items: Iterable[Document | Skipped], extract: Extract, model_version: str, path: Path, order: str = "path"
) -> PushSummary:
    """Write what a push would add to a file for Label Studio's import dialogue, without a server."""
    _check(model_version, order)
    documents, skipped = sort_out(items)
    tasks = make_tasks(documents, extract, model_version, order)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(tasks, ensure_ascii=False, indent=1) + "\n")
    return PushSummary(str(path), model_version, True, len(tasks), skipped=skipped)


def sort_out(items: Iterable[Document | Skipped]) -> tuple[list[Document], list[Skipped]]:
    """Part articles that can make the round trip from those that cannot, and from second copies of a text.

    Raises NerError if none is left.
    """
    documents: dict[str, Document] = {}
    skipped: list[Skipped] = []
    for item in items:
        if isinstance(item, Skipped):
            skipped.append(item)
        elif reason := unfit(item.text):
            skipped.append(Skipped(item.path, reason))
        elif (twin := documents.setdefault(item.digest, item)) is not item:
            skipped.append(Skipped(item.path, f"the same text as {twin.path}"))
    if not documents:
        reasons = "; ".join(f"{item.path}: {item.reason}" for item in skipped[:3])
        raise NerError(f"no article to push ({len(skipped)} skipped: {reasons})")
    return list(documents.values()), skipped


def make_tasks(documents: Sequence[Document], extract: Extract, model_version: str, order: str) -> list[dict[str, Any]]:
    """Tasks in the order in which they are to be worked on."""
    tasks = [make_task(document, extract(document.text), model_version) for document in documents]
    if order == "uncertain":
        tasks.sort(key=lambda task: float(task["predictions"][0]["score"]))
    return tasks


def make_task(document: Document, entities: Sequence[Entity], model_version: str) -> dict[str, Any]:
    """A task: the raw text, where it came from, its hash, and the prediction of one model version."""
    name = identity(document.path, document.digest)
    data = {
        "id": name,
        "name": name,  # for JSON-MIN, which puts the task's number in the place of data.id
        "text": document.text,
        "source": document.path,
        "encoding": document.encoding,
        "sha256": document.digest,
        "model_version": model_version,
    }
    return {"data": data, "predictions": [predict(document, entities, model_version)]}


def predict(document: Document, entities: Sequence[Entity], model_version: str) -> dict[str, Any]:
    """A prediction with the score of each region and one of the whole task.

    The task's score is 1 where nothing is in doubt and sinks as `uncertainty` grows, so that sorting tasks by it in
    Label Studio, lowest first, is ``order=uncertain``.
    """
    result = [
        to_region(entity.span, document.text, f"{document.digest[:8]}-{number}", entity.score)
        for number, entity in enumerate(entities)
    ]
    score = 1 / (1 + uncertainty(document.text, entities))
    return {"model_version": model_version, "score": round(score, 6), "result": result}


def identity(source: str, digest: str) -> str:
    """A document's id: the name of its file, for people, and the beginning of its hash, to be unique."""
    stem = re.sub(r"[^\w.-]+", "-", Path(source).stem).strip("-") or "text"
    return f"{stem}-{digest[:8]}"


def _check(model_version: str, order: str) -> None:
    if order not in ORDERS:
        raise NerError(f"order={order}: is none of {', '.join(ORDERS)}")
    if not model_version or "," in model_version:
        raise NerError(f"model.version={model_version}: must be a name without commas")


def _open_project(server: Server, settings: LabelStudioSettings) -> tuple[Project, bool]:
    ours = read_interface(Path(settings.interface))
    project = server.find_project(settings.project)
    if project is None:
        return server.create_project(settings.project, ours), True
    check_interface(ours, project.label_config, f"project {settings.project!r} ({server.project_url(project.id)})")
    return project, False


def _by_digest(heads: Sequence[TaskHead]) -> Mapping[str, TaskHead]:
    """Tasks by the hash of the text they hold; of two with one text the older, to which the predictions went."""
    found: dict[str, TaskHead] = {}
    for head in heads:
        if head.digest is not None:
            found.setdefault(head.digest, head)
    return found
