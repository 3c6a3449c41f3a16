"""The texts that a student learns from, without labels: forms of the training articles, raw articles, plain text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ner.data.collection import Collection, expand, read_files
from ner.data.noise import NoiseSettings, noisy_copies
from ner.documents import Document, read_documents
from ner.errors import NerError
from ner.pretraining.corpus import Corpus, CorpusSettings
from ner.settings import Paths


@dataclass(frozen=True, slots=True)
class TextsSettings:
    """What is read beside the noisy copies of the train split.

    ``inputs`` are raw articles as ``predict.py`` takes them; ``corpus``, if not null, is plain text of which
    paragraphs are drawn, from the beginning again if it ends, until they have ``characters`` in all; what stands in
    the annotated files ``exclude`` or in the collection's dev and test articles is left out.
    """

    inputs: Paths = ()
    exclude: Paths = ()
    corpus: CorpusSettings | None = None
    characters: int = 350_000
    seed: int = 5


@dataclass(slots=True)
class Texts:
    """Raw texts, and a note for each that was skipped or left out."""

    texts: list[str]
    notes: list[str]


def gather_texts(collection: Collection, noise: NoiseSettings, settings: TextsSettings) -> Texts:
    """Read everything; raises NerError for files that cannot be read and a corpus that is kept apart as a whole."""
    apart = list(read_files(expand(settings.exclude, "texts.exclude")).documents.values())
    for split in ("dev", "test"):
        ids = collection.splits.get(split, [])
        apart += [collection.documents[name] for name in ids if name in collection.documents]
    held = "\n".join(document.text for document in apart)
    copies = noisy_copies(collection.split("train"), noise)
    result = Texts([document.text for document in copies], [])
    for item in read_documents(settings.inputs):
        if not isinstance(item, Document):
            result.notes.append(f"{item.path}: skipped: {item.reason}")
        elif item.text.strip() in held:
            result.notes.append(f"{item.path}: left out: it stands in an article that is kept apart")
        else:
            result.texts.append(item.text)
    if settings.corpus is not None:
        result.texts += _draw(settings.corpus, settings.characters, settings.seed, held, result.notes)
    return result


def _draw(corpus: CorpusSettings, characters: int, seed: int, held: str, notes: list[str]) -> Iterator[str]:
    drawn = 0
    left_out: set[str] = set()
    for paragraph in Corpus(corpus, seed):  # endless
        if drawn >= characters:
            return
        if paragraph.source in held:
            if paragraph.source not in left_out:
                notes.append(f"corpus: a paragraph of {len(paragraph.source)} characters left out: it is kept apart")
            elif not drawn:
                raise NerError("texts.corpus: every paragraph stands in an article that is kept apart")
            left_out.add(paragraph.source)
            continue
        drawn += len(paragraph.text)
        yield paragraph.text
