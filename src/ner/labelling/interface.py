"""The labelling interface: whether a project's labels are ours, and how they differ if not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from ner.errors import NerError
from ner.formats.offsets import FROM_NAME, TO_NAME


@dataclass(frozen=True, slots=True)
class Interface:
    """What of a labelling config decides whether regions fit: label sets by control, and texts by name and variable."""

    labels: frozenset[tuple[str, str, str]]
    texts: frozenset[tuple[str, str, str]]

    @classmethod
    def parse(cls, config: str) -> Interface:
        """Read a labelling config; raises ValueError if it is no XML."""
        try:
            root = ElementTree.fromstring(config)
        except ElementTree.ParseError as error:
            raise ValueError(f"no XML ({error})") from None
        labels = frozenset(
            (control.get("name", ""), control.get("toName", ""), label.get("value", ""))
            for control in root.iter("Labels")
            for label in control.iter("Label")
        )
        texts = frozenset(
            (text.get("name", ""), text.get("value", ""), text.get("granularity", "symbol"))
            for text in root.iter("Text")
        )
        return cls(labels, texts)

    def differences(self, other: Interface) -> list[str]:
        """How another interface differs from this one; empty if regions made in one fit the other."""
        found = []
        if missing := sorted(label for _, _, label in self.labels - other.labels):
            found.append(f"lacks {', '.join(missing)}")
        if extra := sorted(label for _, _, label in other.labels - self.labels):
            found.append(f"has {', '.join(extra)} besides")
        if missing and set(missing) == set(extra):
            found = [f"its control is not <Labels name={FROM_NAME!r} toName={TO_NAME!r}>"]
        if texts := sorted(self.texts - other.texts):
            found += (f'lacks <Text name="{n}" value="{v}" granularity="{g}">' for n, v, g in texts)
        return found


def read_interface(path: Path) -> str:
    """The labelling config of a file; raises NerError if it cannot be read or is no XML."""
    try:
        config = path.read_text(encoding="utf-8")
        Interface.parse(config)
    except OSError as error:
        raise NerError(f"{path}: {error.strerror}; expected a labelling config") from None
    except ValueError as error:
        raise NerError(f"{path}: {error}; expected a labelling config") from None
    return config


def check_interface(ours: str, theirs: str, project: str) -> None:
    """Raise NerError, saying how, if the labels of a project are not those of our config."""
    try:
        differences = Interface.parse(ours).differences(Interface.parse(theirs))
    except ValueError as error:
        raise NerError(f"{project}: its labelling config is {error}") from None
    if differences:
        raise NerError(
            f"{project}: its labels differ from ours: {'; '.join(differences)}; take another project, or paste "
            f"annotations/labeling_config.xml into its labelling settings"
        )
