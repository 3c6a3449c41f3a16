"""Make the noisy copies of splits of the collection: ``python scripts/noise.py [key=value …]``."""

from pathlib import Path

from ner.command import Settings, run
from ner.data.collection import load_collection
from ner.data.noise import NoiseSettings, noisy_copies
from ner.formats.label_studio import write_tasks
from ner.settings import build


def main(settings: Settings) -> None:
    noise = build(NoiseSettings, settings["augmentation"], "augmentation")
    collection = load_collection(settings["data"]["collection"], settings["data"]["splits"])
    for line in (*collection.notes, *map(str, collection.refusals)):
        print(f"note: {line}")
    folder = Path(settings["output"])
    folder.mkdir(parents=True, exist_ok=True)
    for split in settings["splits"]:
        copies = noisy_copies(collection.split(split), noise)
        write_tasks(copies, folder / f"{split}.json")
        print(f"{len(copies)} noisy articles in {folder / f'{split}.json'}")


if __name__ == "__main__":
    run("noise", main)
