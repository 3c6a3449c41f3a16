"""Doubtful articles first, or any? ``python scripts/simulation.py [key=value …]``."""

from pathlib import Path

from ner.command import Settings, run, save_record
from ner.labelling.simulation import SimulationSettings, simulate
from ner.settings import build
from ner.training_run import trial_setting


def main(settings: Settings) -> None:
    folder = Path(settings["output"]["dir"])
    save_record(folder, settings)
    documents, recipe = trial_setting(settings)
    simulate(documents, recipe, folder, build(SimulationSettings, settings["simulation"], "simulation"))


if __name__ == "__main__":
    run("simulation", main)
