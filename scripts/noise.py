"""Make the noisy copies of splits of the collection: ``python scripts/noise.py [key=value …]``."""

from pathlib import Path

from ner.command import Settings, run
from ner.config import NoiseConfig, read_config
from ner.data.noise import noisy_copies
from ner.formats.label_studio import write_tasks
from ner.training_run import read_collection


def main(settings: Settings) -> None:
    config = read_config(NoiseConfig, settings)
    collection = read_collection(config.data)
    folder = Path(config.output)
    folder.mkdir(parents=True, exist_ok=True)
    for split in config.splits:
        copies = noisy_copies(collection.split(split), config.augmentation)
        write_tasks(copies, folder / f"{split}.json")
        print(f"{len(copies)} noisy articles in {folder / f'{split}.json'}")


if __name__ == "__main__":
    run("noise", main)
