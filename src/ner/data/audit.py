"""The data audit: what to look at before training on a collection.

Each check gives findings of one of two severities: an error makes the collection unfit (a mismatch, an article in two
splits), a doubt is for a person to decide (the same words labelled in one place and not in another).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from ner.data.collection import Collection
from ner.model.examples import build_examples
from ner.model.windows import WindowEncoder
from ner.spans import ENTITY_TYPES, AnnotatedDocument, Span
from ner.tags import TagSet
from ner.text.cleaner import Cleaner

_EDGE_PUNCTUATION = "，。、；：！？,;:!?”’》）)】"
_LEADING = re.compile(rf"^[\s{_EDGE_PUNCTUATION}]")
_TRAILING = re.compile(r"[\s，。、；：！？,;:!?“‘《（(【]$")
#: Types whose words should be labelled alike throughout one article.
_NAMES = ("region", "project")


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """Thresholds of the audit; see ``configs/audit.yaml``."""

    strict: bool = True
    examples: int = 10
    shared_run: int = 16
    shared_articles: int = 3
    near_duplicate: float = 0.5


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: lines that name document and place."""

    check: str
    is_error: bool
    lines: tuple[str, ...]


@dataclass(slots=True)
class Audit:
    """Counts per split and of each of ``types``, and the findings of all checks that found something."""

    types: tuple[str, ...] = ENTITY_TYPES
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def errors(self) -> int:
        return sum(len(finding.lines) for finding in self.findings if finding.is_error)

    def as_text(self, examples: int) -> str:
        columns = ("articles", "characters", *self.types, "spans")
        lines = [f"{'':12}" + "".join(f"{column:>12}" for column in columns)]
        for split, count in self.counts.items():
            lines.append(f"{split:12}" + "".join(f"{count[column]:12d}" for column in columns))
        total: Counter[str] = sum(self.counts.values(), Counter())
        lines.append(f"{'all':12}" + "".join(f"{total[column]:12d}" for column in columns))
        density = 1000 * total["spans"] / max(1, total["characters"])
        lines.append(f"{density:.1f} spans per 1,000 characters")
        for finding in self.findings:
            lines.append(f"\n{'ERROR' if finding.is_error else 'doubt'}: {finding.check}: {len(finding.lines)}")
            lines += (f"  {line}" for line in finding.lines[:examples])
            if len(finding.lines) > examples:
                lines.append(f"  … and {len(finding.lines) - examples} more")
        doubts = sum(len(finding.lines) for finding in self.findings if not finding.is_error)
        lines.append(f"\n{self.errors} errors, {doubts} doubts")
        return "\n".join(lines)


def audit(
    collection: Collection,
    cleaner: Cleaner,
    encoder: WindowEncoder | None,
    settings: AuditSettings,
    types: Sequence[str] = ENTITY_TYPES,
) -> Audit:
    """Run every check; without an encoder the check of which spans tokens reach is left out."""
    documents = list(collection.documents.values())
    tags = TagSet(tuple(types))
    result = Audit(tags.types, _counts(collection))

    def report(check: str, is_error: bool, lines: Iterable[str]) -> None:
        if found := tuple(lines):
            result.findings.append(Finding(check, is_error, found))

    report("refused on reading", True, map(str, collection.refusals))
    report("notes on reading", False, collection.notes)
    report("labels missing in a split", True, _missing_labels(result.counts, tags.types))
    report("spans that begin or end with a blank or punctuation", True, _edges(documents))
    report("near-duplicate articles across splits", True, _near_duplicates(collection, settings.near_duplicate))
    check = f"runs of {settings.shared_run} characters in more than {settings.shared_articles} articles"
    report(check, True, _shared_runs(documents, settings.shared_run, settings.shared_articles))
    if encoder:
        ledger = build_examples(documents, cleaner, encoder, tags).ledger
        report("spans that cleaning, tokens or windows put out of reach", True, ledger.lost)
    report("the same words labelled two ways", False, _two_ways(documents))
    report("words labelled in one place and bare in another of the same article", False, _bare(documents))
    return result


def _counts(collection: Collection) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for split, ids in collection.splits.items():
        count = counts.setdefault(split, Counter())
        for document in (collection.documents[key] for key in ids if key in collection.documents):
            count["articles"] += 1
            count["characters"] += len(document.text)
            count["spans"] += len(document.spans)
            count.update(span.type for span in document.spans)
    return counts


def _missing_labels(counts: dict[str, Counter[str]], types: Sequence[str]) -> Iterator[str]:
    for split, count in counts.items():
        yield from (f"{split}: no {type_}" for type_ in types if not count[type_])


def _edges(documents: Sequence[AnnotatedDocument]) -> Iterator[str]:
    for document, span, surface in _surfaces(documents):
        balanced = surface.count("（") == surface.count("）") and surface.count("(") == surface.count(")")
        balanced = balanced and surface.count("“") == surface.count("”") and surface.count("《") == surface.count("》")
        if _LEADING.search(surface) or _TRAILING.search(surface) or not balanced:
            yield _place(document, span)


def _near_duplicates(collection: Collection, threshold: float) -> Iterator[str]:
    split_of = {key: split for split, ids in collection.splits.items() for key in ids}
    runs = {d.id: _runs(d.text, 8) for d in collection.documents.values() if d.id in split_of}
    for left, right in combinations(runs, 2):
        smaller = min(len(runs[left]), len(runs[right]))
        if split_of[left] != split_of[right] and smaller:
            share = len(runs[left] & runs[right]) / smaller
            if share >= threshold:
                yield f"{left} ({split_of[left]}) and {right} ({split_of[right]}): {share:.0%} in common"


def _shared_runs(documents: Sequence[AnnotatedDocument], length: int, most: int) -> Iterator[str]:
    holders: defaultdict[str, set[str]] = defaultdict(set)
    for document in documents:
        for run in _runs(document.text, length):
            holders[run].add(document.id)
    for run, ids in holders.items():
        if len(ids) > most:
            yield f"{run!r} in {len(ids)} articles: {', '.join(sorted(ids)[:6])}"


def _runs(text: str, length: int) -> set[str]:
    letters = re.sub(r"\s", "", text)
    return {letters[i : i + length] for i in range(len(letters) - length + 1)}


def _two_ways(documents: Sequence[AnnotatedDocument]) -> Iterator[str]:
    types: defaultdict[str, Counter[str]] = defaultdict(Counter)
    places: dict[tuple[str, str], str] = {}
    for document, span, surface in _surfaces(documents):
        types[surface][span.type] += 1
        places.setdefault((surface, span.type), document.id)
    for surface, found in types.items():
        if len(found) > 1:
            shown = ", ".join(f"{type_} {count} (in {places[surface, type_]})" for type_, count in found.most_common())
            yield f"{surface!r}: {shown}"


def _bare(documents: Sequence[AnnotatedDocument]) -> Iterator[str]:
    for document in documents:
        covered = {position for span in document.spans for position in range(span.start, span.end)}
        surfaces = {document.surface(span): span.type for span in document.spans if span.type in _NAMES}
        for surface, type_ in surfaces.items():
            for match in re.finditer(re.escape(surface), document.text):
                if len(surface) > 1 and not covered & set(range(*match.span())):
                    yield _place(document, Span(match.start(), match.end(), type_))


def _surfaces(documents: Sequence[AnnotatedDocument]) -> Iterator[tuple[AnnotatedDocument, Span, str]]:
    for document in documents:
        for span in document.spans:
            yield document, span, document.surface(span)


def _place(document: AnnotatedDocument, span: Span) -> str:
    before = document.text[max(0, span.start - 10) : span.start]
    after = document.text[span.end : span.end + 10]
    shown = f"{before}[{document.surface(span)}]{after}".replace("\n", "⏎")
    return f"{document.id} [{span.start}, {span.end}) {span.type}: {shown}"
