"""Where a pull reads: a project on a server, or export files of one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from ner.errors import NerError
from ner.formats.json_min import load_export
from ner.formats.label_studio import moment
from ner.labelling.server import Project, Server, TaskHead
from ner.labelling.tasks import Task


class Source(Protocol):
    """Tasks of one project: all of them in brief, and in full those asked for."""

    name: str
    #: Whether a task that is not there is gone; an export may be a part.
    complete: bool

    def heads(self) -> list[TaskHead]: ...

    def fetch(self, numbers: Sequence[int]) -> dict[int, Task]: ...

    def url(self, task: int) -> str: ...


class ServerSource:
    """A project on a server."""

    def __init__(self, server: Server, project: Project) -> None:
        self.name, self.complete = project.title, True
        self._server = server
        self._project = project.id

    def heads(self) -> list[TaskHead]:
        return self._server.task_heads(self._project)

    def fetch(self, numbers: Sequence[int]) -> dict[int, Task]:
        return {task.id: task for task in self._server.tasks(self._project, numbers)}

    def url(self, task: int) -> str:
        return self._server.task_url(self._project, task)


def find_source(server: Server, title: str) -> ServerSource:
    """The project with this title as a source; raises NerError if there is none or the server fails."""
    project = server.find_project(title)
    if project is None:
        raise NerError(f"label_studio.project={title}: no such project at {server.url}; push creates it")
    return ServerSource(server, project)


class ExportSource:
    """Export files, JSON or JSON-MIN; tasks of different files may have the same number.

    Raises NerError if a file cannot be read or a task has no text.
    """

    def __init__(self, paths: Sequence[Path], project: str) -> None:
        self.name, self.complete = project, False
        self._tasks: dict[int, Task] = {}
        self._origins: dict[int, str] = {}
        for path in paths:
            for record in load_export(path):
                key = len(self._tasks)
                try:
                    task = Task.from_record(record, {})
                except (ValueError, TypeError) as error:
                    raise NerError(f"{path}: task #{key + 1}: {error}; export from Label Studio as JSON") from None
                self._tasks[key] = task
                self._origins[key] = f"{path}: task {task.id or key + 1}"

    def heads(self) -> list[TaskHead]:
        found = []
        for key, task in self._tasks.items():
            finished = len(task.finished)
            cancelled = len(task.annotations) - finished
            data = {**task.data, "text": task.text}
            times = [
                task.updated_at,
                *(annotation.updated_at for annotation in task.annotations),
            ]  # JSON-MIN has no first
            found.append(TaskHead(key, data, max(times, key=moment), finished, cancelled, frozenset()))
        return found

    def fetch(self, numbers: Sequence[int]) -> dict[int, Task]:
        return {number: self._tasks[number] for number in numbers}

    def url(self, task: int) -> str:
        return self._origins[task]
