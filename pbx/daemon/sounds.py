"""Everything the box can say, read once and kept ready to be played."""

from functools import lru_cache
from pathlib import Path

from pbx.media import wav
from pbx.media.clip import Clip
from pbx.prompts.catalogue import clip_path, number_words
from pbx.store.models import Language

KEPT = 600.0
"""Seconds of the office's own recordings that are kept ready: with their frames, a minute takes some 4 MB."""


class Sounds:
    """The catalogue's sentences, and the office's own recordings in the data folder's `greetings/`."""

    def __init__(self, greetings: Path) -> None:
        self._greetings = greetings
        self._own: dict[str, tuple[float, Clip]] = {}
        """By file: when it was written, and its sound; what was played last comes last."""

    def prompt(self, key: str, language: Language) -> Clip:
        """A prompt of the catalogue."""
        return _shipped(clip_path(key, language))

    def number(self, value: int, language: Language) -> list[Clip]:
        """A number, spoken."""
        return [_shipped(clip_path(key, language)) for key in number_words(value, language)]

    def recorded(self, file: str) -> Clip | None:
        """A greeting or announcement of the office; None when the file is gone or unreadable."""
        path = self._greetings / Path(file).name
        try:
            changed = path.stat().st_mtime
            kept = self._own.pop(file, None)
            if kept is None or kept[0] != changed:
                kept = changed, wav.read(path)
        except (OSError, wav.WavError):
            return None
        self._own[file] = kept
        self._let_go()
        return kept[1]

    def _let_go(self) -> None:
        """Of what was not played for longest, also because there is another in its place by now."""
        seconds = sum(clip.seconds for _, clip in self._own.values())
        while seconds > KEPT and len(self._own) > 1:
            _, clip = self._own.pop(next(iter(self._own)))
            seconds -= clip.seconds


@lru_cache(maxsize=256)
def _shipped(path: Path) -> Clip:
    return wav.read(path)
