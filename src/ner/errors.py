"""The one error type that a user is meant to read."""

from __future__ import annotations


class NerError(Exception):
    """A problem the user can mend.

    The message is one line that names the file, task or field concerned and the likely fix. Scripts print it without
    a traceback and exit with code 2.
    """

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))
