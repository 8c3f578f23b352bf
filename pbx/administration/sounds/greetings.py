"""Greetings and announcements: typed and spoken by the box, or brought as a sound file."""

import base64
import binascii
import secrets
import tempfile
from pathlib import Path

from pbx.administration.sounds.decoding import decoded
from pbx.administration.sounds.sound_work import one_at_a_time
from pbx.control.protocol import Refused
from pbx.prompts import speech
from pbx.sentence import Sentence
from pbx.store.disk.atomic import write_file
from pbx.store.folder import Folder
from pbx.store.models import Language


def read_sound(path: Path) -> str:
    """A sound file of any format, made ready to be sent to the exchange: WAV in base64. Raises Refused."""
    try:
        with path.open("rb") as file:
            return base64.b64encode(decoded(file)).decode()
    except Refused as refusal:
        raise Refused(Sentence("{file} cannot be played: {why}", file=str(path), why=refusal.args[0])) from refusal
    except OSError as error:
        raise Refused(Sentence("{file} cannot be read: {why}.", file=str(path), why=error.strerror or "")) from error


def keep(folder: Folder, stem: str, text: str | None, sound: str | None, language: Language) -> str | None:
    """Store a greeting given as text to be spoken, or as a sound in base64, under a name of our own.

    The file's name in `greetings/`; "" for an empty text: back to the default; None when neither is given.
    Raises Refused.
    """
    if text is not None and sound is not None:
        raise Refused(Sentence("A greeting is either a text or a recording, not both."))
    if text is not None and not text.strip():
        return ""
    if text is None and sound is None:
        return None
    content = spoken(text, language) if text is not None else decoded(unpacked(sound or ""))
    name = f"{stem}-{secrets.token_hex(4)}.wav"
    try:
        write_file(folder.greetings / name, content)
    except OSError as error:
        raise Refused(Sentence("The greeting could not be saved: {why}.", why=error.strerror or ""), 1) from error
    return name


def spoken(text: str, language: Language) -> bytes:
    """A text as a WAV. Raises Refused."""
    try:
        words = speech.speakable(text)
    except speech.SpeechError as error:
        raise Refused(error.args[0]) from error
    try:
        with one_at_a_time(), tempfile.TemporaryDirectory(prefix="greeting-") as folder:
            path = Path(folder) / "spoken.wav"
            speech.say(words, language, path)
            return path.read_bytes()
    except speech.SpeechError as error:
        raise Refused(error.args[0], 1) from error


def unpacked(data: str) -> bytes:
    """What base64 says. Raises Refused."""
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(Sentence("The box cannot read this sound file.")) from error
