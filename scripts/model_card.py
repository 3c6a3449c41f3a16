"""Measure a model and write its card: ``python scripts/model_card.py [model.path=…] [+also.NAME=export.json]``."""

from pathlib import Path

from ner.command import Settings, run
from ner.data.collection import select_documents
from ner.extractor import Extractor
from ner.model_card import CARD, CardSettings, card_text, measure, write_card
from ner.settings import build


def main(settings: Settings) -> None:
    card = build(CardSettings, settings["card"], "card")
    data, model = settings["data"], settings["model"]
    sets = {}
    for name, (files, split) in {
        **{split: (None, split) for split in settings["splits"]},
        **{name: ([file], "") for name, file in settings["also"].items()},
    }.items():
        sets[name], problems = select_documents(files, data["collection"], data["splits"], split)
        print("\n".join(f"note: {name}: {problem}" for problem in problems), end="\n" if problems else "")
    extractor = Extractor.from_pretrained(model["path"], model["revision"], model["device"], model["batch_size"])
    results = measure(extractor, sets)
    temperature = extractor.tagger.decoder.temperature
    write_card(Path(model["path"]), card, results, temperature)
    print(card_text(card, results, temperature))
    print(f"written to {Path(model['path']) / CARD}")


if __name__ == "__main__":
    run("model_card", main)
