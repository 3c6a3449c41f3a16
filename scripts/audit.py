"""Audit the annotated collection before training: ``python scripts/audit.py [key=value …]``."""

from ner.command import Settings, run
from ner.config import AuditConfig, read_config
from ner.data.audit import audit
from ner.data.collection import load_collection
from ner.errors import NerError
from ner.model.checkpoint import load_tokenizer
from ner.model.windows import WindowEncoder
from ner.text.cleaner import Cleaner


def main(settings: Settings) -> None:
    config = read_config(AuditConfig, settings)
    data = config.data
    collection = load_collection(data.collection, data.splits, data.extra, data.types)
    encoder = WindowEncoder(load_tokenizer(config.tokenizer), config.window) if config.tokenizer else None
    result = audit(collection, Cleaner(config.cleaning), encoder, config.audit, data.types)
    print(result.as_text(config.audit.examples))
    if config.audit.strict and result.errors:
        raise NerError(f"{result.errors} errors in the collection, listed above")


if __name__ == "__main__":
    run("audit", main)
