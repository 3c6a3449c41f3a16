"""How the score grows with training articles: ``python scripts/learning_curve.py [key=value …]``."""

from pathlib import Path

from ner.command import Settings, run, save_record
from ner.config import read_config
from ner.learning_curve import CurveSettings, learning_curve
from ner.settings import build
from ner.training_config import TrialConfig
from ner.training_run import trial_setting


def main(settings: Settings) -> None:
    config = read_config(TrialConfig, settings)
    curve = build(CurveSettings, settings["curve"], "curve")
    documents, recipe = trial_setting(config)
    folder = Path(config.output.dir)
    save_record(folder, settings)
    learning_curve(documents, recipe, folder, curve)


if __name__ == "__main__":
    run("learning_curve", main)
