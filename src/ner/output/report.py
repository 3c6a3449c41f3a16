"""``report.html``: one self-contained page with every article, its spans in colour and its chrome greyed out."""

from __future__ import annotations

from html import escape
from itertools import pairwise
from pathlib import Path
from typing import TextIO

from ner.output.results import Result
from ner.spans import ENTITY_TYPES
from ner.values import read_value

_COLOURS = {"region": "#cfe8fc", "project": "#d9f2d0", "count": "#fdebc8", "money": "#fbd5d5", "percent": "#e6d9f7"}

_HEAD = """<!doctype html>
<html lang="zh">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Entities</title>
<style>
body {{ font: 16px/1.9 "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif; max-width: 60rem;
       margin: 2rem auto; padding: 0 1rem; color: #1b1b1b; }}
h2 {{ font-size: 1.05rem; border-bottom: 1px solid #ccc; margin-top: 3rem; overflow-wrap: anywhere; }}
header, p.sum {{ color: #555; font-size: .9rem; }}
pre {{ font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; }}
mark {{ border-radius: .25em; padding: .08em .1em; color: inherit; }}
del {{ color: #aaa; text-decoration: none; }}
{colours}
</style>
<header>{legend} <del>left out as page chrome</del>. Point at a span for its type, score and offsets.</header>
"""


class ReportWriter:
    """Appends one section an article; the page can be opened at any time. Use as a context manager."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None

    def __enter__(self) -> ReportWriter:
        self._file = self._path.open("w", encoding="utf-8")
        colours = "\n".join(f"mark.{name} {{ background: {colour}; }}" for name, colour in _COLOURS.items())
        legend = " ".join(f'<mark class="{name}">{name}</mark>' for name in ENTITY_TYPES)
        self._file.write(_HEAD.format(colours=colours, legend=legend))
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

    def write(self, result: Result, text: str) -> None:
        if self._file is None:
            raise ValueError("the report is not open")
        self._file.write(article_html(result, text))
        self._file.flush()


def article_html(result: Result, text: str) -> str:
    """One article as HTML; ``text`` is the raw text the result's offsets refer to.

    Where a span holds chrome, or chrome a part of a span, both marks are drawn.
    """
    counts = {name: sum(e.type == name for e in result.entities) for name in ENTITY_TYPES}
    summary = ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "no entities"
    edges = {0, len(text)}
    edges.update(edge for entity in result.entities for edge in (entity.start, entity.end))
    edges.update(edge for part in result.removed for edge in (part.start, part.end))
    points = sorted(edges)
    body: list[str] = []
    entities, removed = list(result.entities), list(result.removed)
    for start, end in pairwise(points):
        while entities and entities[0].end <= start:
            entities.pop(0)
        while removed and removed[0].end <= start:
            removed.pop(0)
        piece = escape(text[start:end])
        if removed and removed[0].start <= start:
            piece = f'<del title="{escape(removed[0].kind)}">{piece}</del>'
        if entities and entities[0].start <= start:
            entity = entities[0]
            value = read_value(entity.type, entity.clean)
            read = f" = {value.as_text()}" if value else ""
            title = f"{entity.type} {entity.score:.2f} [{entity.start}, {entity.end}) {entity.clean}{read}"
            piece = f'<mark class="{escape(entity.type)}" title="{escape(title)}">{piece}</mark>'
        body.append(piece)
    heading = f"<h2>{escape(result.path)}</h2>\n<p class=sum>{escape(summary)}</p>\n"
    return f"<section>\n{heading}<pre>{''.join(body)}</pre>\n</section>\n"
