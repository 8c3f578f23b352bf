"""German and English: catalogues read at start, and how dates, durations and numbers are written."""

import gettext
import io
import pickle
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import localedata
from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_decimal

from pbx.seconds import whole
from webui.later import phone_number

LANGUAGES = {"de": "Deutsch", "en": "English"}
"""Each in its own words."""
MOST_NAMES = 6
"""In a list within a sentence."""
_E164 = re.compile(r"\+[0-9]{7,15}", re.ASCII)
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-2][0-9]:[0-5][0-9]", re.ASCII)
LOCALES = {"de": "de_DE", "en": "en_GB"}
COMPILER = "webui.compiled"
"""The program that reads catalogues and locales."""


def N_(text: str) -> str:
    """Mark a text for the catalogues; it is translated when it is shown."""
    return text


class Words:
    """One language's words. Threads share it: it is never changed."""

    def __init__(self, language: str, translation: gettext.NullTranslations) -> None:
        self.language = language
        self.locale = LOCALES[language]
        self._translation = translation

    def say(self, text: str) -> str:
        """The text in this language; `_` in views and page modules."""
        # An empty msgid would bring the catalogue's own header.
        return self._translation.gettext(text) if text else ""

    def count(self, one: str, many: str, number: int) -> str:
        """One or many of something; `n_` in views."""
        return self._translation.ngettext(one, many, number)

    def sentence(self, said: Any) -> str:
        """What the daemon said ({"say": template, "with": fields}), in this language."""
        if isinstance(said, Mapping) and isinstance(said.get("say"), str):
            # Numbers stay numbers: a template may say how many digits of them are shown.
            fields = {
                str(name): value if isinstance(value, int | float) else self.sentence(value)
                for name, value in dict(said.get("with") or {}).items()
            }
            template = self.say(said["say"])
            try:
                return template.format(**fields)
            except (LookupError, ValueError):
                return template
        if isinstance(said, Sequence) and not isinstance(said, str):
            return self.listed(self._first([self.sentence(each) for each in said]))
        return self._written(str(said))

    def _first(self, words: list[str]) -> list[str]:
        """The first few of them: nobody reads a sentence with thirty names."""
        if len(words) <= MOST_NAMES + 1:
            return words
        more = self.say(N_("{count} more")).format(count=len(words) - MOST_NAMES)
        return [*words[:MOST_NAMES], more]

    def _written(self, text: str) -> str:
        """Numbers and moments as people write them; every other text as it is."""
        if _E164.fullmatch(text):
            return self.number(text)
        if _MOMENT.fullmatch(text):
            form = "dd.MM.y, HH:mm" if self.language == "de" else "d MMM y, HH:mm"
            with suppress(ValueError):  # somebody may be called like a day that does not exist
                return str(format_datetime(datetime.fromisoformat(text), form, locale=self.locale))
        return text

    def number(self, e164: str) -> str:
        """A telephone number for reading: +49 30 123456."""
        return str(phone_number.printed(e164)) if e164.startswith("+") else e164

    def listed(self, words: Sequence[str]) -> str:
        """a, b and c."""
        if len(words) < 2:
            return "".join(words)
        return self.say(N_("{first} and {last}")).format(first=", ".join(words[:-1]), last=words[-1])

    def when(self, at: float, now: float) -> str:
        """A moment as people write it: only the clock when it is today."""
        moment, today = datetime.fromtimestamp(at), datetime.fromtimestamp(now)
        clock = str(format_datetime(moment, "HH:mm", locale=self.locale))
        days = (today.date() - moment.date()).days
        if days == 0:
            return clock
        if days == 1:
            return self.say(N_("yesterday {clock}")).format(clock=clock)
        day = "EE d. MMM" if self.language == "de" else "EE d MMM"
        year = "" if moment.year == today.year else " y"
        return f"{format_datetime(moment, day + year, locale=self.locale)} {clock}"

    def decimal(self, value: float) -> str:
        """2.5, or 2,5."""
        return str(format_decimal(value, "0.0", locale=self.locale))

    def whole(self, value: int) -> str:
        """60,000, or 60.000."""
        return str(format_decimal(value, locale=self.locale))

    def duration(self, seconds: float) -> str:
        """How long something took: 0:42, 3:07, 1:02:03; days in words."""
        passed = whole(seconds)
        if passed >= 48 * 3600:
            return str(format_timedelta(passed, granularity="day", threshold=1, locale=self.locale))
        minutes, left = divmod(passed, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


@lru_cache
def catalogues(folder: Path) -> dict[str, Words]:
    """The words of every language; English needs no catalogue. Raises ValueError for a broken .po file."""
    languages = [f"{language}={locale}" for language, locale in LOCALES.items()]
    program = [sys.executable, "-P", "-m", COMPILER, str(folder), *languages]
    compiler = subprocess.run(program, capture_output=True, check=False)
    if compiler.returncode:
        raise ValueError(compiler.stderr.decode(errors="replace").strip().rpartition("\n")[2])
    made, locales = pickle.loads(compiler.stdout)
    getattr(localedata, "_cache", {}).update(locales)  # where Babel looks before it reads all it has
    found = {language: gettext.GNUTranslations(io.BytesIO(text)) for language, text in made.items() if language != "en"}
    return {language: Words(language, found.get(language) or gettext.NullTranslations()) for language in LANGUAGES}
