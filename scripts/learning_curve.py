"""How the score grows with training articles: ``python scripts/learning_curve.py [key=value …]``."""

from pathlib import Path

from ner.command import Settings, run, save_record
from ner.data.collection import expand, load_collection, read_files
from ner.learning_curve import CurveSettings, curve_text, learning_curve
from ner.model.checkpoint import TextSettings
from ner.model.training import TrainerSettings
from ner.settings import build


def main(settings: Settings) -> None:
    folder = Path(settings["output"]["dir"])
    save_record(folder, settings)
    collection = load_collection(settings["data"]["collection"], settings["data"]["splits"])
    sets = {"dev": collection.split("dev")}
    for name, file in settings["also"].items():
        sets[name] = list(read_files(expand([file])).documents.values())
    curve = build(CurveSettings, settings["curve"], "curve")
    trainer = build(TrainerSettings, settings["trainer"], "trainer")
    text = build(TextSettings, {"cleaning": settings["cleaning"], "window": settings["window"]}, "config")
    model = settings["model"]["path"]
    print(curve_text(learning_curve(collection.split("train"), sets, model, folder, curve, trainer, text)))


if __name__ == "__main__":
    run("learning_curve", main)
