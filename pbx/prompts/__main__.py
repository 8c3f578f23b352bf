"""Speaks the whole catalogue anew: `make prompts`, or `python -m pbx.prompts [--engine espeak-ng] [--into FOLDER]`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from pbx.prompts.catalogue import LANGUAGES, PROMPTS, SOUNDS, Language
from pbx.prompts.sound import RATE, active_level, peak, read
from pbx.prompts.speech import ENGINES, SpeechError, installed, say

SPOKEN = "spoken.json"
"""Beside the clips: what they say and which engine spoke them, so that a changed prompt is noticed."""


def main() -> int:
    """Build all clips; the exit code is 1 when an engine fails or is missing."""
    parser = argparse.ArgumentParser(prog="python -m pbx.prompts", description=__doc__)
    parser.add_argument("--engine", choices=list(ENGINES), default="pico")
    parser.add_argument("--into", type=Path, default=SOUNDS, metavar="FOLDER")
    options = parser.parse_args()
    if options.engine not in installed():
        print(
            f"{ENGINES[options.engine].program} is not installed; `scripts/speech-engine` does that.", file=sys.stderr
        )
        return 1
    try:
        for language in LANGUAGES:
            build(language, options.engine, options.into / language)
    except SpeechError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def build(language: Language, engine: str, folder: Path) -> None:
    """Speak every prompt of a language into the folder, and remove clips of prompts that are no more."""
    folder.mkdir(parents=True, exist_ok=True)
    for key, prompt in PROMPTS.items():
        say(prompt.text(language), language, folder / f"{key}.wav", engine)
    for clip in folder.glob("*.wav"):
        if clip.stem not in PROMPTS:
            clip.unlink()
    texts = {key: prompt.text(language) for key, prompt in PROMPTS.items()}
    record = {"engine": engine, "texts": texts}
    (folder / SPOKEN).write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", "utf-8")
    _report(language, engine, folder)


def _report(language: Language, engine: str, folder: Path) -> None:
    """One line on what came out, as nobody listens to all of it."""
    sounds = [read(folder / f"{key}.wav")[0] for key in PROMPTS]
    levels = [active_level(sound) for sound in sounds]
    print(
        f"{language}: {len(sounds)} clips by {engine}, {sum(map(len, sounds)) / RATE:.0f} s, "
        f"level {min(levels):.1f} to {max(levels):.1f} dB, highest peak {max(map(peak, sounds)):.1f} dB"
    )


if __name__ == "__main__":
    sys.exit(main())
