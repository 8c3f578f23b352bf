"""The Python libraries Durchwahl brings along and their licences: for the page About and the list of components."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions

OURS = "durchwahl"

NAMED = {
    "cheroot": "BSD-3-Clause",
    "g722": "LicenseRef-Public-Domain",
    "more-itertools": "MIT",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "pytz": "MIT",
    "pyvoip": "GPL-3.0-only",
    "segno": "BSD-3-Clause",
    "setuptools": "MIT",
    "vobject": "Apache-2.0",
}
"""Licences that libraries name in words of their own, as SPDX has them."""
_SPDX = re.compile(r"[A-Za-z0-9.+-]+(?: (?:OR|AND|WITH) [A-Za-z0-9.+-]+)*")
_REQUIREMENT = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Library:
    """One distribution, as its metadata tell."""

    name: str
    version: str
    licence: str
    """An SPDX expression; empty when it names none that is known."""
    home: str
    """Address of its page; may be empty."""


def libraries(path: Sequence[str] | None = None) -> list[Library]:
    """What is installed at `path` (where this program finds modules, if not given) and needed, by name."""
    there = {normal(each.name): each for each in (distributions(path=list(path)) if path else distributions())}
    needed = _needed(there, OURS) - {OURS} if OURS in there else set(there)
    return [_library(there[name]) for name in sorted(needed)]


def normal(name: str) -> str:
    """A distribution's name as names are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _needed(there: dict[str, Distribution], start: str) -> set[str]:
    """A distribution and all that it needs to run, as far as it is installed."""
    found, left = set[str](), [start]
    while left:
        name = left.pop()
        if name in there and name not in found:
            found.add(name)
            left += _requirements(there[name])
    return found


def _requirements(distribution: Distribution) -> Iterator[str]:
    for each in distribution.requires or ():
        if "extra ==" not in each and (match := _REQUIREMENT.match(each)):
            yield normal(match[0])


def _library(distribution: Distribution) -> Library:
    about = distribution.metadata
    licensed = next((about[each] for each in ("License-Expression", "License") if each in about), "")
    licence = NAMED.get(normal(distribution.name), licensed if _SPDX.fullmatch(licensed) else "")
    return Library(distribution.name, distribution.version, licence, _home(distribution))


def _home(distribution: Distribution) -> str:
    """The page where the library is at home, or its source."""
    about = distribution.metadata
    labelled = (each.partition(",") for each in about.get_all("Project-URL") or ())
    places = {label.strip().lower(): address.strip() for label, _, address in labelled}
    if "Home-page" in about:
        places.setdefault("home", about["Home-page"])
    wanted = ("homepage", "home", "source", "source code", "repository", "github", "code")
    return next((places[each] for each in wanted if places.get(each, "").startswith("http")), "")
