"""Measure a model and write its card: ``python scripts/model_card.py [model.path=…] [+also.NAME=export.json]``."""

from pathlib import Path

from ner.command import Settings, run
from ner.config import ModelCardConfig, read_config
from ner.data.collection import select_documents
from ner.extractor import Extractor
from ner.model_card import CARD, card_text, measure, write_card


def main(settings: Settings) -> None:
    config = read_config(ModelCardConfig, settings)
    data, model = config.data, config.model
    sets = {}
    for name, (files, split) in {
        **{split: (None, split) for split in config.splits},
        **{name: ([file], "") for name, file in config.also.items()},
    }.items():
        sets[name], problems = select_documents(files, data.collection, data.splits, split, data.types)
        print("\n".join(f"note: {name}: {problem}" for problem in problems), end="\n" if problems else "")
    extractor = Extractor.from_pretrained(model.path, model.revision, model.device, model.batch_size)
    results = measure(extractor, sets)
    temperature = extractor.tagger.decoder.temperature
    write_card(Path(model.path), config.card, results, temperature)
    print(card_text(config.card, results, temperature))
    print(f"written to {Path(model.path) / CARD}")


if __name__ == "__main__":
    run("model_card", main)
