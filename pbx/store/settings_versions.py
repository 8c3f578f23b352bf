"""The versions of the settings file, in one place: what an older one says is put into today's words as it is read.

A field or table that comes anew with a default needs no new version: a file without it is read as it is. A step is for
what has another name or meaning now.
"""

from collections.abc import Callable, Mapping
from typing import Any

VERSION = 1
"""Of the file as it is written; a newer one is refused instead of half understood."""

Content = dict[str, Any]
"""The file: of each table, the documents by their numbers."""
Step = Callable[[Content], None]

STEPS: Mapping[int, Step] = {}
"""By the version it starts from: what makes the next one of it."""


def version_of(content: Content) -> Any:
    """The version a file names; today's when it names none, as people who write one by hand may leave it out."""
    office = content.get("office")
    documents = office.values() if isinstance(office, dict) else ()
    return next((each.get("version", VERSION) for each in documents if isinstance(each, dict)), VERSION)


def migrate(content: Content) -> None:
    """Make today's version of an older one, in its place."""
    for version in range(version_of(content), VERSION):
        STEPS[version](content)
