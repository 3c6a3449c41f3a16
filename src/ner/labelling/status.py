"""Where a project stands, on the server and here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ner.errors import NerError
from ner.labelling.interface import check_interface
from ner.labelling.pull import pull
from ner.labelling.server import Server
from ner.labelling.sources import ServerSource


def status(server: Server, title: str, interface: str, output: Path, collection: Sequence[str]) -> list[str]:
    """Lines on a project's tasks, predictions and labels, and on what a pull would do; nothing is written.

    Raises NerError if there is no such project or the server fails.
    """
    project = server.find_project(title)
    if project is None:
        raise NerError(f"label_studio.project={title}: no such project at {server.url}; push creates it")
    heads = server.task_heads(project.id)
    versions = Counter(version for head in heads for version in head.model_versions)
    finished = sum(head.finished > 0 for head in heads)
    skipped = sum(head.finished == 0 and head.cancelled > 0 for head in heads)
    lines = [
        f"{title}: {server.project_url(project.id)}",
        f"{len(heads)} tasks: {finished} finished, {skipped} skipped, {len(heads) - finished - skipped} to do",
        *(f"predictions of {version}: {count} tasks" for version, count in sorted(versions.items())),
    ]
    if project.model_version:
        lines.append(f"shown to annotators: {project.model_version}")
    try:
        check_interface(interface, project.label_config, f"project {title!r}")
    except NerError as error:
        lines.append(str(error))
    summary = pull(ServerSource(server, project), output, collection, write=False)
    return [*lines, "a pull would do this:", *(f"  {line}" for line in summary.lines())]
