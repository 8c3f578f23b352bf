"""A phrase of a story in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """A step in words. `{field}` is a detail of the step; what stands in [ ] is left out when its field is missing."""

    de: str
    en: str
    quiet: bool = False
    """Told live, but left out of the sentence, because what follows says more."""
