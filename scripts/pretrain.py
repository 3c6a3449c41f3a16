"""Adapt an encoder to plain text: ``python scripts/pretrain.py texts/ [key=value …]``."""

from pathlib import Path

from ner.command import Settings, run, save_record
from ner.pretraining.corpus import CorpusSettings
from ner.pretraining.objectives import MaskSettings
from ner.pretraining.pretraining import PretrainingSettings, pretrain
from ner.settings import build


def main(settings: Settings) -> None:
    folder = Path(settings["output"]["dir"])
    corpus = build(CorpusSettings, settings["corpus"], "corpus")
    trainer = build(PretrainingSettings, settings["trainer"], "trainer")
    masks = build(MaskSettings, settings["mask"], "mask")
    save_record(folder, settings)
    model = settings["model"]
    pretrain(model["path"], corpus, trainer, masks, folder, model["revision"])
    print(f"encoder and loss history in {folder}")


if __name__ == "__main__":
    run("pretrain", main, paths_key="corpus.files")
