"""Foreign sound files: every format becomes ours, and no file does more than that."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from pbx.administration.sounds import decoding
from pbx.administration.sounds.decoding import decoded
from pbx.control.protocol import Refused
from pbx.media import wav
from pbx.media.clip import Clip
from pbx.programs import sound_decoder
from tests.sound_files import FORMATS, sound_file


def read(content: bytes, folder: Path) -> Clip:
    """Our own WAV."""
    assert content[:4] == b"RIFF"
    path = folder / "decoded.wav"
    path.write_bytes(content)
    return wav.read(path)


def loudness(clip: Clip) -> float:
    """RMS, dB below full scale."""
    return float(10 * np.log10(np.mean((clip.samples / 32768.0) ** 2)))


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_becomes_16_khz_mono_evenly_loud(format: str, tmp_path: Path) -> None:
    clip = read(sound_decoder.decoded(sound_file(format)), tmp_path)
    assert clip.rate == 16000
    assert 1.9 < clip.seconds < 2.2
    assert -23 < loudness(clip) < -21
    spectrum = np.abs(np.fft.rfft(clip.samples[8000:16000].astype(float)))
    assert abs(int(spectrum.argmax()) * 2 - 440) < 10


@pytest.mark.parametrize("level", [0.004, 0.9999])
def test_what_is_too_quiet_or_too_loud_is_brought_to_one_level(level: float, tmp_path: Path) -> None:
    clip = read(sound_decoder.decoded(sound_file("wav float", level=level)), tmp_path)
    assert -23 < loudness(clip) < -21
    assert np.abs(clip.samples).max() < 0.72 * 32768


def test_a_child_process_does_it(tmp_path: Path) -> None:
    assert 1.9 < read(decoded(sound_file("mp3")), tmp_path).seconds < 2.2


def test_two_minutes_are_the_longest() -> None:
    assert len(sound_decoder.decoded(sound_file("3gp", 119.5))) > 100 * 32000
    with pytest.raises(Refused, match="two minutes"):
        decoded(sound_file("wav A-law", 121))


def test_a_long_sound_in_a_small_file_costs_no_more_than_two_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = sound_file("3gp", 400, level=0.0)
    frames = 0

    def counted(frame: object) -> object:
        nonlocal frames
        frames += 1
        return frame

    whole = sound_decoder._frames
    monkeypatch.setattr(sound_decoder, "_frames", lambda *given: map(counted, whole(*given)))
    with pytest.raises(sound_decoder.UnfitSound, match="too-long"):
        sound_decoder.decoded(bomb)
    assert frames < 125 / 0.02


def test_silence_is_no_greeting() -> None:
    with pytest.raises(Refused, match="silent"):
        decoded(sound_file("flac", level=0.0))


def test_a_file_of_more_than_32_megabytes_is_not_even_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_decoder, "MOST", 1000)
    with pytest.raises(sound_decoder.UnfitSound, match="too-big"):
        sound_decoder.decoded(sound_file("mp3"))


HOSTILE = {
    "nothing": b"",
    "text": b"hello, this is my greeting\n" * 100,
    "playlist": b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
    "list of files": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "session description": b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 0\r\n",
    "picture": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xff\xff\x00\x00\xff\xff\x08\x06\x00\x00\x00" + bytes(100),
    "archive": b"PK\x03\x04" + bytes(200),
    "wav without sound": b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0\x10\0",
    "wav at one hertz": b"RIFF$\0\x01\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x01\0\0\0\x02\0\0\0\x02\0\x10\0data\0\0\x01\0"
    + b"ab" * 9999,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_sound_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(sound_decoder.UnfitSound, match="damaged"):
        sound_decoder.decoded(HOSTILE[name])


def test_the_child_s_word_becomes_a_sentence() -> None:
    with pytest.raises(Refused, match="cannot read this sound file"):
        decoded(HOSTILE["playlist"])


def test_a_film_without_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with av.open(path, "w") as file:
        stream = file.add_stream("mpeg4", rate=25)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        picture = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "rgb24")
        for packet in [*stream.encode(picture), *stream.encode(None)]:
            file.mux(packet)
    with pytest.raises(sound_decoder.UnfitSound, match="damaged"):
        sound_decoder.decoded(path.read_bytes())


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_cut_off_or_damaged_anywhere_gives_sound_or_a_refusal(format: str) -> None:
    whole = sound_file(format, 1.0)
    dice = random.Random(format)
    for _ in range(12):
        damaged = bytearray(whole[: dice.randrange(len(whole))] if dice.random() < 0.5 else whole)
        for _ in range(dice.randrange(20)):
            if damaged:
                damaged[dice.randrange(min(len(damaged), dice.choice((64, 4096, 10**9))))] = dice.randrange(256)
        assert tried(bytes(damaged)) in (b"RIFF", *sound_decoder.FAULTS)


def tried(content: bytes) -> bytes | str:
    """The beginning of what came out, or the fault."""
    try:
        return sound_decoder.decoded(content)[:4]
    except sound_decoder.UnfitSound as fault:
        return str(fault)


GIVEN_UP = """
import os, socket, sys
from pbx.programs import sound_decoder
status = open("/proc/self/status")
sound_decoder.give_up()
def tried(act):
    try:
        act()
    except (OSError, MemoryError) as error:
        return type(error).__name__
    return "done"
print(tried(lambda: bytearray(1 << 30)), tried(lambda: open("/etc/passwd")), tried(socket.socket), tried(os.pipe))
print("NoNewPrivs:\\t1" in status.read())
"""


def test_the_child_gives_up_memory_files_network_and_rights_before_the_first_byte() -> None:
    child = subprocess.run([sys.executable, "-c", GIVEN_UP], capture_output=True, text=True, check=True, timeout=30)
    assert child.stdout.split() == ["MemoryError", "OSError", "OSError", "OSError", "True"]


def test_a_decoder_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sleeper.py").write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(decoding, "_DECODER", "sleeper")
    monkeypatch.setattr(decoding, "PATIENCE", 0.2)
    with pytest.raises(Refused, match="cannot read this sound file"):
        decoded(b"whatever")


def test_a_decoder_that_was_broken_into_cannot_flood_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "flood.py").write_text("import sys\nsys.stdout.write('x' * 3000)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(decoding, "_DECODER", "flood")
    monkeypatch.setattr(decoding, "_MOST", 1000)
    assert len(decoded(b"whatever")) == 1000
