"""What the terminal shows: a table per article and the ledger of what was skipped."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ner.documents import Skipped
from ner.output.results import Result
from ner.values import read_value

_STYLES = {"region": "blue", "project": "green", "count": "yellow", "money": "red", "percent": "magenta"}


def print_result(console: Console, result: Result, limit: int) -> None:
    """Print one article's entities, at most ``limit`` of them (0 for all)."""
    table = Table(title=escape(f"{result.path}: {len(result.entities)} entities"), title_justify="left")
    for column in ("type", "entity", "value"):
        table.add_column(column, overflow="fold")
    for column in ("start", "end", "score"):
        table.add_column(column, justify="right")
    shown = result.entities[:limit] if limit else result.entities
    for entity in shown:
        text = escape(entity.text.replace("\n", "⏎"))
        value = read_value(entity.type, entity.clean)
        style = _STYLES.get(entity.type, "")
        table.add_row(
            entity.type,
            text,
            escape(value.as_text()) if value else "",
            str(entity.start),
            str(entity.end),
            f"{entity.score:.2f}",
            style=style,
        )
    console.print(table)
    if len(shown) < len(result.entities):
        console.print(f"… and {len(result.entities) - len(shown)} more in the files")


def print_ledger(console: Console, done: int, resumed: int, entities: int, skipped: Sequence[Skipped]) -> None:
    """Print what was done and, line by line, what was not and why."""
    line = f"{done} articles, {entities} entities"
    console.print(line + (f" ({resumed} from the earlier run)" if resumed else ""))
    if skipped:
        console.print(f"skipped {len(skipped)}:")
    for item in skipped:
        console.print(f"  {escape(item.path)}: {escape(item.reason)}", soft_wrap=True)
