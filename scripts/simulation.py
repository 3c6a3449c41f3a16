"""Doubtful articles first, or any? ``python scripts/simulation.py [key=value …]``."""

from pathlib import Path

from ner.command import Settings, run, save_record
from ner.config import read_config
from ner.labelling.simulation import SimulationSettings, simulate
from ner.settings import build
from ner.training_config import TrialConfig
from ner.training_run import trial_setting


def main(settings: Settings) -> None:
    config = read_config(TrialConfig, settings)
    simulation = build(SimulationSettings, settings["simulation"], "simulation")
    documents, recipe = trial_setting(config)
    folder = Path(config.output.dir)
    save_record(folder, settings)
    simulate(documents, recipe, folder, simulation)


if __name__ == "__main__":
    run("simulation", main)
