"""A model's version: a name that changes whenever its predictions may."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ner.model.checkpoint import SETTINGS_FILE, resolve_model


def model_version(name: str, revision: str | None = None) -> str:
    """The model's name and a hash of its weights and settings, e.g. ``classifier-1a2b3c4d``.

    Raises NerError if the model cannot be found.
    """
    folder = resolve_model(name, revision)
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("*.safetensors"), folder / "config.json", folder / SETTINGS_FILE]):
        if path.exists():
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return f"{Path(name).name.replace(',', '-')}-{digest.hexdigest()[:8]}"
