"""Greetings and announcements: typed and spoken by the box, or brought as a sound file."""

import base64
import binascii
import secrets
import tempfile
from pathlib import Path

from pbx.administration.stores import Stores
from pbx.control.protocol import Refused
from pbx.media import wav
from pbx.prompts import speech
from pbx.store.atomic import move_file
from pbx.store.models import Language

LONGEST = 120.0
"""Seconds."""
_RATE = 16000
"""Samples a second; what phones with G.722 can hear, and nobody hears more."""


def read_sound(path: Path) -> str:
    """A sound file, made ready to be sent to the exchange: mono WAV in base64. Raises Refused."""
    try:
        clip = wav.read(path, longest=LONGEST)
    except wav.WavError as error:
        raise Refused(f"{path} cannot be played: {error}. A WAV file of two minutes at most is needed.") from error
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from error
    if clip.rate > _RATE:
        clip = wav.Clip(clip.at(_RATE), _RATE)
    with tempfile.TemporaryDirectory() as directory:
        wav.write(Path(directory) / "sound.wav", clip)
        return base64.b64encode((Path(directory) / "sound.wav").read_bytes()).decode()


def keep(stores: Stores, stem: str, text: str | None, sound: str | None, language: Language) -> str | None:
    """Store a greeting given as text to be spoken, or as `read_sound` made it, under a name of our own.

    The file's name in `greetings/`; "" for an empty text: back to the default; None when neither is given.
    Raises Refused.
    """
    if text is not None and sound is not None:
        raise Refused("A greeting is a text or a sound, not both.")
    if text is not None and not text.strip():
        return ""
    if text is None and sound is None:
        return None
    name = f"{stem}-{secrets.token_hex(4)}.wav"
    making = stores.greetings / f".{name}.new"
    try:
        if text is not None:
            _speak(text, language, making)
        elif sound is not None:
            _unpack(sound, making)
        move_file(making, stores.greetings / name)
    except OSError as error:
        raise Refused(f"The greeting could not be stored: {error.strerror}.", 1) from error
    finally:
        making.unlink(missing_ok=True)
    return name


def _speak(text: str, language: Language, path: Path) -> None:
    try:
        words = speech.speakable(text)
    except speech.SpeechError as error:
        raise Refused(str(error)) from error
    try:
        speech.say(words, language, path)
    except speech.SpeechError as error:
        raise Refused(str(error), 1) from error
    path.chmod(0o600)


def _unpack(sound: str, path: Path) -> None:
    try:
        path.write_bytes(base64.b64decode(sound, validate=True))
        path.chmod(0o600)
        wav.read(path, longest=LONGEST)
    except (binascii.Error, ValueError) as error:
        raise Refused(f"The greeting is no sound that can be played: {error}.") from error
