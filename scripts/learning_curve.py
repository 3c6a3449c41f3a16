"""How the score grows with training articles: ``python scripts/learning_curve.py [key=value …]``."""

from pathlib import Path

from ner.command import Settings, run, save_record
from ner.data.collection import select_documents
from ner.data.noise import NoiseSettings
from ner.learning_curve import CurveSettings, curve_text, learning_curve
from ner.model.checkpoint import TextSettings
from ner.model.training import TrainerSettings
from ner.settings import build


def main(settings: Settings) -> None:
    folder = Path(settings["output"]["dir"])
    save_record(folder, settings)
    data = settings["data"]
    chosen = {"train": (None, "train"), "dev": (None, "dev")}
    chosen |= {name: ([file], "") for name, file in settings["also"].items()}
    sets = {}
    for name, (files, split) in chosen.items():
        sets[name], problems = select_documents(files, data["collection"], data["splits"], split)
        print("\n".join(f"note: {name}: {problem}" for problem in problems), end="\n" if problems else "")
    train = sets.pop("train")
    curve = build(CurveSettings, settings["curve"], "curve")
    trainer = build(TrainerSettings, settings["trainer"], "trainer")
    text = build(TextSettings, {"cleaning": settings["cleaning"], "window": settings["window"]}, "config")
    noise = build(NoiseSettings, settings["augmentation"], "augmentation")
    model = settings["model"]
    results = learning_curve(train, sets, model["path"], folder, curve, trainer, text, noise, model["revision"])
    print(curve_text(results))


if __name__ == "__main__":
    run("learning_curve", main)
