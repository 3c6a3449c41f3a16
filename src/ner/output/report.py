"""``report.html``: one self-contained page with every article, its spans in colour and its chrome greyed out."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import TextIO

from ner.output.results import Result
from ner.spans import ENTITY_TYPES, Span
from ner.values import read_value

_COLOURS = {"region": "#cfe8fc", "project": "#d9f2d0", "count": "#fdebc8", "money": "#fbd5d5", "percent": "#e6d9f7"}

#: Of the line under a gold span: the colours above, dark enough for a line.
_LINES = {"region": "#2f7fc1", "project": "#3f9b2f", "count": "#d08a00", "money": "#d03c3c", "percent": "#7a4fc0"}

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
mark {{ background: #e4e4e4; }}
del {{ color: #aaa; text-decoration: none; }}
u {{ text-decoration: none; border-bottom: .16em solid #555; }}
.wrong {{ outline: .1em dashed #d00; }}
{colours}
</style>
<header>{legend} <del>left out as page chrome</del>. Point at a span for its type, score and offsets.{gold}</header>
"""
_GOLD = " Coloured: found. <u>Underlined</u>: gold. <span class=wrong>Dashed</span>: one without the other."


class ReportWriter:
    """Appends one section an article; the page can be opened at any time. Use as a context manager."""

    def __init__(self, path: Path, with_gold: bool = False) -> None:
        self._path = path
        self._legend = _GOLD if with_gold else ""
        self._file: TextIO | None = None

    def __enter__(self) -> ReportWriter:
        self._file = self._path.open("w", encoding="utf-8")
        rules = [f"mark.{name} {{ background: {colour}; }}" for name, colour in _COLOURS.items()]
        rules += [f"u.{name} {{ border-color: {colour}; }}" for name, colour in _LINES.items()]
        legend = " ".join(f'<mark class="{name}">{name}</mark>' for name in ENTITY_TYPES)
        self._file.write(_HEAD.format(colours="\n".join(rules), legend=legend, gold=self._legend))
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

    def write(self, result: Result, text: str, gold: Sequence[Span] | None = None) -> None:
        if self._file is None:
            raise ValueError("the report is not open")
        self._file.write(article_html(result, text, gold))
        self._file.flush()


def article_html(result: Result, text: str, gold: Sequence[Span] | None = None) -> str:
    """One article as HTML; ``text`` is the raw text the result's offsets refer to.

    Where a span holds chrome, or chrome a part of a span, both marks are drawn. With ``gold`` its spans are underlined,
    and what is found and not gold, or gold and not found, is dashed.
    """
    found = {entity.span for entity in result.entities}
    expected = list(gold or ())
    right = found & set(expected) if gold is not None else found
    others = sorted({entity.type for entity in result.entities} - set(ENTITY_TYPES))
    counts = {name: sum(e.type == name for e in result.entities) for name in (*ENTITY_TYPES, *others)}
    summary = ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "no entities"
    edges = {0, len(text)}
    edges.update(edge for entity in result.entities for edge in (entity.start, entity.end))
    edges.update(edge for part in result.removed for edge in (part.start, part.end))
    edges.update(edge for span in expected for edge in (span.start, span.end))
    points = sorted(edges)
    body: list[str] = []
    entities, removed = list(result.entities), list(result.removed)
    for start, end in pairwise(points):
        while entities and entities[0].end <= start:
            entities.pop(0)
        while removed and removed[0].end <= start:
            removed.pop(0)
        while expected and expected[0].end <= start:
            expected.pop(0)
        piece = escape(text[start:end])
        if removed and removed[0].start <= start:
            piece = f'<del title="{escape(removed[0].kind)}">{piece}</del>'
        if entities and entities[0].start <= start:
            entity = entities[0]
            value = read_value(entity.type, entity.clean)
            read = f" = {value.as_text()}" if value else ""
            title = f"{entity.type} {entity.score:.2f} [{entity.start}, {entity.end}) {entity.clean}{read}"
            piece = f'<mark class="{_class(entity.span, right)}" title="{escape(title)}">{piece}</mark>'
        if expected and expected[0].start <= start:
            piece = f'<u class="{_class(expected[0], right)}" title="gold {escape(expected[0].type)}">{piece}</u>'
        body.append(piece)
    if gold is not None:
        summary += f"; {len(right)} right, {len(found - right)} only found, {len(set(gold) - right)} only gold"
    heading = f"<h2>{escape(result.path)}</h2>\n<p class=sum>{escape(summary)}</p>\n"
    return f"<section>\n{heading}<pre>{''.join(body)}</pre>\n</section>\n"


def _class(span: Span, right: set[Span]) -> str:
    return escape(span.type) if span in right else f"{escape(span.type)} wrong"
