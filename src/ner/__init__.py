"""Exact facts from Chinese news: region, project, count, money and percent spans, true to the raw text."""

from typing import TYPE_CHECKING, Any

from ner.spans import ENTITY_TYPES, Entity, Span

if TYPE_CHECKING:
    from ner.extractor import Extractor

__version__ = "0.1.0"
__all__ = ["ENTITY_TYPES", "Entity", "Extractor", "Span", "__version__"]


def __getattr__(name: str) -> Any:
    if name == "Extractor":  # imported on use: torch and transformers take seconds
        from ner.extractor import Extractor

        return Extractor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
