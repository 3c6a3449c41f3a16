"""Audit the annotated collection before training: ``python scripts/audit.py [key=value …]``."""

from ner.command import Settings, run
from ner.data.audit import AuditSettings, audit
from ner.data.collection import load_collection
from ner.errors import NerError
from ner.model.checkpoint import load_tokenizer
from ner.model.windows import WindowEncoder, WindowSettings
from ner.settings import build
from ner.text.cleaner import Cleaner, CleaningSettings


def main(settings: Settings) -> None:
    options = build(AuditSettings, settings["audit"], "audit")
    window = build(WindowSettings, settings["window"], "window")
    cleaner = Cleaner(build(CleaningSettings, settings["cleaning"], "cleaning"))
    collection = load_collection(settings["data"]["collection"], settings["data"]["splits"], settings["data"]["extra"])
    encoder = WindowEncoder(load_tokenizer(settings["tokenizer"]), window) if settings["tokenizer"] else None
    result = audit(collection, cleaner, encoder, options)
    print(result.as_text(options.examples))
    if options.strict and result.errors:
        raise NerError(f"{result.errors} errors in the collection, listed above")


if __name__ == "__main__":
    run("audit", main)
