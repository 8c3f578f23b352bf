"""Text spoken by whichever engine is installed: svox pico (Debian non-free) or espeak-ng."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pbx.prompts.catalogue import Language
from pbx.prompts.sound import ESPEAK_CURVE, PICO_CURVE, Curve, SoundError, finished, read, write
from pbx.sentence import Sentence, Wrong

LONGEST = 1500
"""Characters of one text; about two minutes."""
PATIENCE = 30.0
"""Seconds an engine may take; they need a fraction of one."""


class SpeechError(Wrong):
    """The text could not be spoken; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A program that speaks."""

    program: str
    arguments: Callable[[Language, Path], list[str]]
    """Its arguments for a language and the WAV to write."""
    by_argument: bool
    """Whether the text is its last argument; else it reads it from its input."""
    curve: Curve
    """How its sound is brought into shape."""


def _pico_arguments(language: Language, wav: Path) -> list[str]:
    return ["-l", {"de": "de-DE", "en": "en-GB"}[language], "-w", str(wav), "--"]


def _espeak_arguments(language: Language, wav: Path) -> list[str]:
    return ["-v", {"de": "de", "en": "en-gb"}[language], "-s", "150", "-w", str(wav), "--stdin"]


ENGINES: Mapping[str, Engine] = {
    "pico": Engine("pico2wave", _pico_arguments, True, PICO_CURVE),
    "espeak-ng": Engine("espeak-ng", _espeak_arguments, False, ESPEAK_CURVE),
}
"""By name, the better one first."""


def installed() -> list[str]:
    """Names of the engines there are, the better one first."""
    return [name for name, engine in ENGINES.items() if shutil.which(engine.program)]


def say(text: str, language: Language, path: Path, engine: str = "") -> None:
    """Speak the text into a 16 kHz mono WAV at `path`, which appears complete or not at all.

    `engine` is a name from ENGINES; empty takes the better one installed. Raises SpeechError.
    """
    words = speakable(text)
    names = [engine] if engine else installed()
    if not names:
        raise SpeechError(Sentence("This box has no program that can speak text (espeak-ng or pico2wave)."))
    chosen = ENGINES[names[0]]
    try:
        with tempfile.TemporaryDirectory(prefix="speech-") as folder:
            spoken = Path(folder) / "spoken.wav"
            _run(chosen, words, language, spoken)
            samples, rate = read(spoken)
        write(path, finished(samples, rate, chosen.curve))
    except SoundError as error:
        raise SpeechError(Sentence("The text could not be spoken: {why}", why=str(error))) from None
    except OSError as error:
        raise SpeechError(Sentence("The spoken text could not be saved: {why}", why=str(error))) from None


def speakable(text: str) -> str:
    """The text without what engines take for markup or commands. Raises SpeechError."""
    words = " ".join(re.sub(r"[^\w\s.,;:!?'()%+\-/&\"\u2013\u20ac]", " ", text.replace("_", " ")).split())
    if not re.search(r"\w", words):
        raise SpeechError(Sentence("The text contains nothing that can be spoken."))
    if len(words) > LONGEST:
        raise SpeechError(
            Sentence("The text is too long to be spoken. It can have up to {most} characters.", most=LONGEST)
        )
    return words.replace("&", "+")  # pico reads markup, in which & begins an entity


def _run(engine: Engine, words: str, language: Language, wav: Path) -> None:
    program = shutil.which(engine.program)
    if program is None:
        raise SpeechError(Sentence("{program} is not installed on this box.", program=engine.program))
    command = [program, *engine.arguments(language, wav), *([words] if engine.by_argument else [])]
    try:
        done = subprocess.run(
            command,
            input=None if engine.by_argument else words.encode(),
            stdin=subprocess.DEVNULL if engine.by_argument else None,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        slow = Sentence("{program} took longer than {seconds:.0f} seconds.", program=engine.program, seconds=PATIENCE)
        raise SpeechError(slow) from None
    if done.returncode or not wav.exists():  # pico2wave reports success even when it could not write
        complaint = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
        why = complaint[0][:200]
        raise SpeechError(Sentence("{program} could not speak the text: {why}", program=engine.program, why=why))
