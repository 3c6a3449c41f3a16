"""Training examples: annotated documents as token windows with label ids, and a ledger of what was lost on the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ner.model.windows import NO_CHARACTER, TokenWindow, WindowEncoder
from ner.spans import AnnotatedDocument, Span
from ner.tags import TagSet
from ner.text.cleaner import Cleaner, CleanText

#: The label id that the loss passes over (torch.nn.CrossEntropyLoss).
IGNORED = -100


@dataclass(slots=True)
class Ledger:
    """What became of the gold spans.

    ``altered``: cleaning moved or removed an edge; ``unreachable``: no token begins at the span's first character or
    none covers its last; ``cut``: whole in no window; these three are out of the model's reach and listed in ``lost``.
    ``clipped``: crossed a window's edge there but is whole in another window; nothing is lost.
    """

    documents: int = 0
    windows: int = 0
    spans: int = 0
    altered: int = 0
    unreachable: int = 0
    cut: int = 0
    clipped: int = 0
    lost: list[str] = field(default_factory=list)

    def lose(self, kind: str, document: AnnotatedDocument, span: Span) -> None:
        setattr(self, kind, getattr(self, kind) + 1)
        self.lost.append(f"{document.id} [{span.start}, {span.end}) {span.type} {document.surface(span)!r}: {kind}")


@dataclass(frozen=True, slots=True)
class Example:
    """One window of one document; ``labels`` has a tag id or IGNORED for each token."""

    document: int
    window: TokenWindow
    labels: list[int]


@dataclass(frozen=True, slots=True)
class ExampleSet:
    """Examples in document order with the documents, their cleaned texts and the ledger."""

    documents: list[AnnotatedDocument]
    texts: list[CleanText]
    examples: list[Example]
    ledger: Ledger


def build_examples(
    documents: Iterable[AnnotatedDocument], cleaner: Cleaner, encoder: WindowEncoder, tags: TagSet
) -> ExampleSet:
    """Clean, cut and label documents; no span is dropped without an entry in the ledger."""
    result = ExampleSet([], [], [], Ledger())
    for index, document in enumerate(documents):
        clean = cleaner(document.text)
        windows = encoder.encode(clean.text)
        spans = _clean_spans(document, clean, windows, result.ledger)
        ids = tags.encode(len(clean.text), [span for span, _ in spans])
        whole: set[Span] = set()
        for window in windows:
            labels = [IGNORED if char == NO_CHARACTER else ids[char] for char in window.characters]
            _hide_clipped(window, labels, spans, whole, result.ledger)
            result.examples.append(Example(index, window, labels))
        for span, source in spans:
            if span not in whole:
                result.ledger.lose("cut", document, source)
        result.documents.append(document)
        result.texts.append(clean)
        result.ledger.documents += 1
        result.ledger.windows += len(windows)
        result.ledger.spans += len(document.spans)
    return result


def _clean_spans(
    document: AnnotatedDocument, clean: CleanText, windows: list[TokenWindow], ledger: Ledger
) -> list[tuple[Span, Span]]:
    """The gold spans over the cleaned text, each with its raw span; the others go into the ledger."""
    reached = {char for window in windows for char in window.characters}
    kept: list[tuple[Span, Span]] = []
    for source in document.spans:
        place = clean.aligned.clean_range(source.start, source.end)
        if place is None or clean.aligned.raw_range(*place) != (source.start, source.end):
            ledger.lose("altered", document, source)
        elif place[0] not in reached or place[1] - 1 not in reached:
            ledger.lose("unreachable", document, source)
        else:
            kept.append((Span(*place, source.type), source))
    return kept


def _hide_clipped(
    window: TokenWindow, labels: list[int], spans: list[tuple[Span, Span]], whole: set[Span], ledger: Ledger
) -> None:
    """Hide spans that the window shows in part from the loss: half a name is no example of a name."""
    shown = {char: token for token, char in enumerate(window.characters) if char != NO_CHARACTER}
    if not shown:
        return
    first, last = min(shown), max(shown)
    for span, _ in spans:
        if span.end <= first or span.start > last:
            continue
        if span.start >= first and span.end - 1 <= last:
            whole.add(span)
            continue
        ledger.clipped += 1
        for char in range(max(first, span.start), min(last + 1, span.end)):
            if char in shown:
                labels[shown[char]] = IGNORED
