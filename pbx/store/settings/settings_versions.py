"""The versions of the settings file, in one place. An update may be taken back, so both ways must work.

*An older file* is put into today's words as it is read, and written anew with the first change.
*A newer file* is understood as far as it goes: what is unknown in it (tables, fields) is kept, and written back with
the newer version's number, so that the newer version finds all of it again.

What a newer version keeps about others must forgive that they are gone: an older one removed them unknowing.

Every field or table that comes anew makes a new version (a test holds it), and has a default. A step is for what has
another name or meaning now, and so has a field that takes values unknown before: an older version cannot understand
such a file, so `UNDERSTOOD_FROM` grows too. What another version wrote is set aside before it is written anew
(`aside`): an older one then goes on with what it had itself, which is better than no telephone.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

VERSION = 2
"""Of the file as it is written. 2: the digit for an outside line; no password in clear."""
UNDERSTOOD_FROM = 2
"""The oldest version that understands what it can know of this one."""

META = ("version", "understood_from")
"""Where the file says so, among the office's fields."""

Content = dict[str, Any]
"""The file: of each table, the documents by their numbers."""
Step = Callable[[Content], None]

STEPS: Mapping[int, Step] = {}
# 1 to 2: passwords of phones and trunks stood in clear. That is mended as the folder is opened, whatever the version
# (`store/clear_text`): somebody may type one into the file by hand.
"""By the version it starts from: what makes the next one of it; where there is none, nothing is to be done."""


def version_of(content: Content) -> Any:
    """The version a file names; today's when it names none, as people who write one by hand may leave it out."""
    return _said(content, "version", VERSION)


def is_understood(content: Content) -> bool:
    """Whether this version can read the file of a newer one."""
    since = _said(content, "understood_from", version_of(content))
    return isinstance(since, int) and not isinstance(since, bool) and 0 < since <= VERSION


def migrate(content: Content) -> None:
    """Make today's version of an older one, in its place."""
    for version in range(version_of(content), VERSION):
        if version in STEPS:
            STEPS[version](content)


def aside(path: Path, version: int) -> Path:
    """Where a settings file of another version is kept before it is written anew."""
    return path.with_name(f"{path.stem}.version-{version}{path.suffix}")


def older_asides(path: Path) -> list[Path]:
    """What older versions had written, where it was set aside."""
    return [found for version in range(1, VERSION) if (found := aside(path, version)).exists()]


def _said(content: Content, name: str, otherwise: Any) -> Any:
    office = content.get("office")
    documents = office.values() if isinstance(office, dict) else ()
    return next((each.get(name, otherwise) for each in documents if isinstance(each, dict)), otherwise)
