"""A Label Studio server through its SDK: the few calls that the loop needs, and its errors in one line.

The token lives in the SDK's client alone: it is in no message, no ``repr`` and no log.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

from ner.errors import NerError
from ner.formats.label_studio import content_hash
from ner.labelling.tasks import Task
from ner.settings import build

URL_VARIABLE, KEY_VARIABLE = "LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY"
_PAGE = 100
_TIMEOUT = 120.0
#: For calls that add something: the SDK would repeat one after a server error, and what it added would stand twice.
_ONCE: Any = {"max_retries": 0}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LabelStudioSettings:
    """The project and, unless the environment says, where the server is (``url``, ``api_key``)."""

    project: str
    interface: str
    url: str | None = None
    api_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the server is and the token for it, legacy or personal."""

    url: str
    api_key: str = field(repr=False)


def read_settings(values: Mapping[str, Any]) -> LabelStudioSettings:
    """Settings from a config; the token is taken as text first, or an error on its type would print it."""
    key = values.get("api_key")
    return build(LabelStudioSettings, {**values, "api_key": None if key is None else str(key)}, "label_studio")


def connection(
    url: str | None = None, api_key: str | None = None, environment: Mapping[str, str] = os.environ
) -> Connection:
    """Settings first, then ``LABEL_STUDIO_URL`` and ``LABEL_STUDIO_API_KEY``.

    Raises NerError if either is missing or the URL is none; never with the token in it.
    """
    address = (url or environment.get(URL_VARIABLE) or "").strip().rstrip("/")
    key = (api_key or environment.get(KEY_VARIABLE) or "").strip()
    if not address:
        raise NerError(f"{URL_VARIABLE}: not set; set it to the server's address, e.g. http://localhost:8080")
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise NerError(f"{URL_VARIABLE}: no http:// or https:// address")
    if "@" in parts.netloc:
        raise NerError(f"{URL_VARIABLE}: leave name and password out; the token goes into {KEY_VARIABLE}")
    if not key:
        raise NerError(f"{KEY_VARIABLE}: not set; copy a token from {address}/user/account")
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise NerError(f"{KEY_VARIABLE}: not a token; copy one from {address}/user/account")
    return Connection(address, key)


@dataclass(frozen=True, slots=True)
class Project:
    """A project on the server."""

    id: int
    title: str
    label_config: str
    model_version: str


@dataclass(frozen=True, slots=True)
class TaskHead:
    """What a listing says of a task: enough to tell whether it has to be fetched or pushed."""

    id: int
    data: Mapping[str, Any]
    updated_at: str
    finished: int
    cancelled: int
    model_versions: frozenset[str]

    @property
    def digest(self) -> str | None:
        """SHA-256 of the text as it stands on the server, whatever ``data.sha256`` says; None if there is no text."""
        text = self.data.get("text")
        return content_hash(text) if isinstance(text, str) else None


class Server:
    """The server at a connection; nothing is asked of it before the first call.

    Every method raises NerError, naming the URL and the likely fix, if the server is gone, refuses the token or fails.
    """

    def __init__(self, to: Connection) -> None:
        try:
            from label_studio_sdk import LabelStudio  # an extra, and two seconds to import
        except ImportError:
            raise NerError("label-studio-sdk is not installed; pip install '.[labelstudio]'") from None
        self.url = to.url
        self._secret = to.api_key
        self._client: Any = self._call(
            lambda: LabelStudio(base_url=to.url, api_key=to.api_key, timeout=_TIMEOUT), "the token"
        )

    def __repr__(self) -> str:
        return f"Server({self.url!r})"

    def task_url(self, project: int, task: int) -> str:
        return f"{self.url}/projects/{project}/data?task={task}"

    def project_url(self, project: int) -> str:
        return f"{self.url}/projects/{project}"

    def find_project(self, title: str) -> Project | None:
        """The project with this title; raises NerError if there are several."""
        items = self._pages(lambda **page: self._client.projects.list(**page), "count", "projects")
        found = [item for item in items if item["title"] == title]
        if len(found) > 1:
            numbers = ", ".join(str(item["id"]) for item in found)
            raise NerError(f"{self.url}: {len(found)} projects are called {title!r} ({numbers}); rename all but one")
        return self._project(found[0]) if found else None

    def create_project(self, title: str, label_config: str) -> Project:
        """Create a project that shows predictions to annotators."""
        fields: dict[str, Any] = {"title": title, "label_config": label_config, "show_collab_predictions": True}
        created = self._call(
            lambda: self._client.projects.create(**fields, request_options=_ONCE), f"creating project {title!r}"
        )
        return self._project(created.model_dump(mode="json"))

    def show_predictions(self, project: int, model_version: str, uncertain_first: bool) -> None:
        """Make a model version the one that annotators see, and hand out its lowest-scored tasks first if asked."""
        fields = {"model_version": model_version}
        if uncertain_first:
            fields["sampling"] = "Uncertainty sampling"
        self._call(lambda: self._client.projects.update(project, **fields), f"project {project}")

    def task_heads(self, project: int) -> list[TaskHead]:
        """Every task of a project, by number, without annotations."""
        names = "id,data,updated_at,total_annotations,cancelled_annotations,predictions_model_versions"
        items = self._tasks(project, include=names)
        return [
            TaskHead(
                item["id"],
                item["data"],
                item.get("updated_at") or "",
                item.get("total_annotations") or 0,
                item.get("cancelled_annotations") or 0,
                frozenset(filter(None, (v.strip() for v in (item.get("predictions_model_versions") or "").split(",")))),
            )
            for item in items
        ]

    def tasks(self, project: int, numbers: Sequence[int]) -> list[Task]:
        """The tasks with these numbers and all their annotations; one deleted in the meantime is left out."""
        people = self.people() if numbers else {}
        found: list[Task] = []
        for first in range(0, len(numbers), _PAGE):
            selected = {"all": False, "included": list(numbers[first : first + _PAGE])}
            items = self._tasks(project, query=json.dumps({"selectedItems": selected}))
            found += (Task.from_record(item, people) for item in items)
        return found

    def people(self) -> dict[int, str]:
        """Addresses of the users by number."""
        users = self._call(lambda: self._client.users.list(), "users")
        return {user.id: user.email or user.username or f"user {user.id}" for user in users}

    def import_tasks(self, project: int, tasks: Sequence[Mapping[str, Any]]) -> None:
        """Add tasks with their predictions, all of them or none."""
        answer = self._call(
            lambda: self._client.projects.import_tasks(project, request=list(tasks), request_options=_ONCE),
            "importing tasks",
        )
        if answer.task_count != len(tasks):
            raise NerError(f"{self.url}: took {answer.task_count} of {len(tasks)} tasks; look at project {project}")

    def add_predictions(self, project: int, predictions: Sequence[Mapping[str, Any]]) -> None:
        """Add predictions to tasks that are there; annotations stay as they are."""
        answer = self._call(
            lambda: self._client.projects.import_predictions(project, request=list(predictions), request_options=_ONCE),
            "importing predictions",
        )
        if answer.created != len(predictions):
            raise NerError(f"{self.url}: took {answer.created} of {len(predictions)} predictions in project {project}")

    def _tasks(self, project: int, **query: str) -> list[dict[str, Any]]:
        what = f"tasks of project {project}"
        return self._pages(
            lambda **page: self._client.tasks.list(project=project, fields="all", **query, **page), "total", what
        )

    def _pages(self, ask: Callable[..., Any], total_name: str, what: str) -> list[dict[str, Any]]:
        """All pages of a listing.

        The SDK's own iterator takes a 404 anywhere for the end; here the number that the server gives must be reached,
        or a page lost on the way would look like deleted tasks.
        """
        found: dict[int, dict[str, Any]] = {}
        page = 1
        while True:
            answer = self._call(lambda page=page: ask(page=page, page_size=_PAGE), what)  # type: ignore[misc]
            items = [item.model_dump(mode="json") for item in answer.items or ()]
            total = getattr(answer.response, total_name, None)
            found.update((item["id"], item) for item in items)
            if not isinstance(total, int):
                raise NerError(f"{self.url}: answers, but not as Label Studio does; check {URL_VARIABLE}")
            if len(found) >= total:
                return [found[number] for number in sorted(found)]
            if not items:
                raise NerError(f"{self.url}: {what}: got {len(found)} of {total}; they changed meanwhile, run it again")
            page += 1

    def _project(self, item: Mapping[str, Any]) -> Project:
        return Project(item["id"], item["title"], item.get("label_config") or "", item.get("model_version") or "")

    def _call(self, ask: Callable[[], T], what: str) -> T:
        import httpx
        from label_studio_sdk.core.api_error import ApiError

        try:
            return ask()
        except ApiError as error:
            raise NerError(self._refusal(error.status_code, error.body, what)) from None
        except httpx.TimeoutException:
            raise NerError(f"{self.url}: {what}: no answer in {_TIMEOUT:.0f} s; run it again") from None
        except httpx.HTTPError as error:
            reason = self._clean(str(error)) or type(error).__name__
            raise NerError(f"{self.url}: {what}: {reason}; is Label Studio running there? ({URL_VARIABLE})") from None
        except (ValueError, AttributeError, KeyError) as error:  # an answer that is no JSON, or not Label Studio's
            reason = self._clean(str(error))[:120]
            raise NerError(
                f"{self.url}: {what}: not an answer of Label Studio's ({reason}); check {URL_VARIABLE}"
            ) from None

    def _refusal(self, status: int | None, body: Any, what: str) -> str:
        detail = body.get("detail") or body.get("validation_errors") if isinstance(body, Mapping) else None
        errors = body.get("validation_errors") if isinstance(body, Mapping) else None
        reason = self._clean(f"{detail or ''} {errors or ''}".strip())[:300]
        if status == 401:
            return (
                f"{self.url}: refuses the token: {reason}; set {KEY_VARIABLE} to a personal access token or, "
                f"where the organization allows them, a legacy token"
            )
        if status == 403:
            return f"{self.url}: {what}: not allowed with this token: {reason}; ask for a role that may"
        if status == 404:
            return f"{self.url}: {what}: not found {reason}; check {URL_VARIABLE}"
        return f"{self.url}: {what}: error {status} {reason or self._clean(str(body))[:120]}; look at the server's log"

    def _clean(self, message: str) -> str:
        return message.replace(self._secret, "…")
