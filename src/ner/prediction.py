"""The main job: read articles, extract, write each result as it is ready."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ner.documents import Document, Skipped
from ner.errors import NerError
from ner.extractor import Extractor
from ner.output.report import ReportWriter
from ner.output.results import Result, ResultWriter, read_results, write_extracted
from ner.output.terminal import print_ledger, print_result


@dataclass(frozen=True, slots=True)
class OutputSettings:
    """Where results go and what the terminal shows of each article (``rows`` 0 for all, ``table`` False for none)."""

    dir: str = "results"
    table: bool = True
    rows: int = 20


@dataclass(slots=True)
class PredictionSummary:
    """What a run did: documents done, of which taken from an earlier run, entities found, and what was skipped."""

    documents: int = 0
    resumed: int = 0
    entities: int = 0
    skipped: list[Skipped] = field(default_factory=list)


def predict(
    extractor: Extractor,
    articles: Iterable[Document | Skipped],
    output: OutputSettings,
    resume: bool = False,
    console: Console | None = None,
    model: str = "",
) -> PredictionSummary:
    """Extract from every article, as ``read_documents`` gives them, and write the results under ``output.dir``.

    With ``resume``, an article whose path and text stand in the earlier ``entities.jsonl`` is not tagged again, if that
    was by the same ``model`` (its version); earlier results of a text that has changed are dropped, those of files not
    read this time are kept. Raises NerError if no article at all could be read; what was skipped is in the summary and
    on the terminal.
    """
    console = console or Console()
    folder = Path(output.dir)
    items = list(articles)
    summary = PredictionSummary(skipped=[item for item in items if isinstance(item, Skipped)])
    documents = [item for item in items if isinstance(item, Document)]
    earlier = _still_true(read_results(folder), documents, model) if resume else {}
    first_path: dict[str, str] = {}
    if not documents:
        print_ledger(console, 0, 0, 0, summary.skipped)
        raise NerError(f"no article could be read ({len(summary.skipped)} skipped, reasons above)")
    with (
        ResultWriter(folder, earlier.values()) as writer,
        ReportWriter(folder / "report.html") as report,
        _progress(console) as progress,
    ):
        for document in progress.track(documents, description="extracting"):
            result = earlier.get((document.path, document.digest))
            if document.extracted:
                write_extracted(folder, document)
            if result is None:
                result = Result.of(document, extractor.analyse(document.text), model)
                writer.write(result)
            else:
                summary.resumed += 1
            report.write(result, document.text)
            if output.table:
                print_result(console, result, output.rows)
            if (twin := first_path.setdefault(document.digest, document.path)) != document.path:
                console.print(f"{document.path}: the same text as {twin}; its facts are counted twice", markup=False)
            summary.documents += 1
            summary.entities += len(result.entities)
    print_ledger(console, summary.documents, summary.resumed, summary.entities, summary.skipped)
    console.print(f"results in {folder}", markup=False)
    return summary


def _still_true(
    earlier: dict[tuple[str, str], Result], documents: Iterable[Document], model: str
) -> dict[tuple[str, str], Result]:
    """Earlier results but for those of a text that is no longer at its path and of another model."""
    now = {document.path: document.digest for document in documents}
    return {
        (path, digest): result
        for (path, digest), result in earlier.items()
        if now.get(path, digest) == digest and (path not in now or result.model == model)
    }


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)
