"""What the page needs of languages: `python -m webui.compiled FOLDER LANGUAGE=LOCALE ...`, pickled to standard output.

A program of its own, as what it takes to make it would stay in the page's process for good: Babel's reader of
catalogues and, above all, what Babel knows of each locale that no page ever says, 5 MB of it.
"""

import io
import pickle
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from babel import localedata
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

UNSAID = (
    *("annotations", "compact_currency_formats", "compact_decimal_formats", "compound_unit_patterns"),
    *("currency_formats", "currency_names", "currency_names_plural", "currency_symbols", "currency_unit_patterns"),
    *("datetime_skeletons", "interval_formats", "languages", "meta_zones", "scientific_formats", "scripts"),
    *("time_zones", "unit_display_names", "variants"),
)
"""Of a locale."""


def catalogue(folder: Path, language: str) -> bytes:
    """All .po files of a language as one .mo file. Raises ValueError for a broken one."""
    merged = Catalog(locale=language)
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language, abort_invalid=True):
                if message.id:
                    merged[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    return compiled.getvalue()


def locales(names: Sequence[str]) -> dict[str, Any]:
    """What pages say of these locales and of those they are made of, as Babel keeps it."""
    wanted = dict.fromkeys(part for name in names for part in _ancestors(name))
    return {name: _said(localedata.load(name)) for name in wanted}


def _ancestors(name: str) -> list[str]:
    """A locale's own name, and whose data it begins with."""
    before = set(localedata._cache)
    localedata.load(name)
    return [name, name.partition("_")[0], "root", *(set(localedata._cache) - before)]


def _said(data: Mapping[str, Any]) -> dict[str, Any]:
    said = {key: value for key, value in data.items() if key not in UNSAID}
    units = data.get("unit_patterns", {})
    return said | {"unit_patterns": {unit: units[unit] for unit in units if unit.startswith("duration")}}


def main(words: Sequence[str]) -> None:
    """Write it."""
    languages = dict(word.split("=", 1) for word in words[1:])
    made = {language: catalogue(Path(words[0]) / language, language) for language in languages}
    pickle.dump((made, locales(tuple(languages.values()))), sys.stdout.buffer)


if __name__ == "__main__":
    main(sys.argv[1:])
