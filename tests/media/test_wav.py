"""WAV files of all kinds."""

import contextlib
from pathlib import Path
from struct import pack

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbx.media import tones
from pbx.media.codecs.g711 import alaw_encode, ulaw_encode
from pbx.media.wav import WavError, WavWriter, read
from pbx.store.sound_files import NoSound, mend
from tests.peers.tones import write_wav

SOUND = tones.sound([440], 0.5, 8000, 0.5)


def wav(kind: int, channels: int, bits: int, data: bytes, *, extra: bytes = b"", size: int | None = None) -> bytes:
    width = channels * bits // 8
    head = pack("<HHIIHH", kind, channels, 8000, 8000 * width, width, bits) + extra
    body = b"WAVEfmt " + pack("<I", len(head)) + head + b"LIST\x03\0\0\0abc\0"
    body += b"data" + pack("<I", len(data) if size is None else size) + data
    return b"RIFF" + pack("<I", len(body)) + body


KINDS = {
    "16 bits": wav(1, 1, 16, SOUND.tobytes()),
    "8 bits": wav(1, 1, 8, ((SOUND >> 8) + 128).astype(np.uint8).tobytes()),
    "24 bits": wav(1, 1, 24, (SOUND.astype("<i4") << 8).view(np.uint8).reshape(-1, 4)[:, :3].tobytes()),
    "32 bits": wav(1, 1, 32, (SOUND.astype("<i4") << 16).tobytes()),
    "float": wav(3, 1, 32, (SOUND / 32768).astype("<f4").tobytes()),
    "A-law": wav(6, 1, 8, alaw_encode(SOUND)),
    "mu-law": wav(7, 1, 8, ulaw_encode(SOUND)),
    "stereo": wav(1, 2, 16, np.repeat(SOUND, 2).tobytes()),
    "extensible": wav(0xFFFE, 1, 16, SOUND.tobytes(), extra=pack("<HHIH", 22, 16, 4, 1) + bytes(14)),
    "sizes unknown": wav(1, 1, 16, SOUND.tobytes(), size=0xFFFFFFFF),
    "cut off": wav(1, 1, 16, SOUND.tobytes(), size=1 << 20),
    "an odd byte more": wav(1, 1, 16, SOUND.tobytes() + b"x"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_usual_kind_is_read(tmp_path: Path, kind: str) -> None:
    (tmp_path / "a.wav").write_bytes(KINDS[kind])
    clip = read(tmp_path / "a.wav")
    assert (clip.rate, clip.seconds) == (8000, 0.5)
    assert np.abs(clip.samples.astype(int) - SOUND).max() < 600
    assert tones.strength(clip.samples, 8000, 440) > 0.99


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"RIFF",
        b"ID3 this is an mp3 file, whatever its name",
        b"RIFF\0\0\0\0WAVE",
        wav(85, 1, 16, b"mp3 in disguise"),
        wav(1, 0, 16, b"xx"),
        wav(1, 1, 16, b""),
        wav(1, 1, 12, b"xxxx"),
        b"RIFF\0\0\0\0WAVEdata\4\0\0\0xxxx",
        b"RIFF\0\0\0\0WAVEfmt \xff\xff\xff\xff",
    ],
)
def test_what_is_no_sound_is_refused_in_a_sentence(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(data)
    with pytest.raises(WavError, match=r"\w+ \w+"):
        read(tmp_path / "a.wav")


def test_what_is_too_long_is_refused(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", np.zeros(16001, np.int16))
    assert read(tmp_path / "a.wav", longest=3).seconds > 2
    with pytest.raises(WavError, match="longer than 2 seconds"):
        read(tmp_path / "a.wav", longest=2)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.sampled_from(sorted(KINDS)), st.data())
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, kind: str, data: st.DataObject) -> None:
    damaged = bytearray(KINDS[kind][:200])
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, 60))] = data.draw(st.integers(0, 255))
    (tmp_path / "a.wav").write_bytes(damaged[: data.draw(st.integers(0, 200))])
    for use in (read, mend):
        with contextlib.suppress(WavError, NoSound):
            use(tmp_path / "a.wav")


def test_a_growing_file_is_mended_at_whatever_byte_it_was_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    file = WavWriter(path, 8000)
    file.write(SOUND)
    file.close()
    whole = path.read_bytes()
    assert mend(path) == 0.5
    assert path.read_bytes() == whole
    for length in (44, 45, 46, 1001, 4000):
        path.write_bytes(whole[:4] + bytes(4) + whole[8:40] + bytes(4) + whole[44:length])
        assert mend(path) == (length - 44) // 2 / 8000
    assert np.array_equal(read(path).samples, SOUND[: (4000 - 44) // 2])
    path.write_bytes(whole[:43])
    with pytest.raises(NoSound):
        mend(path)


@pytest.mark.parametrize("rate", [0, 1, 3999, 192_001, 2**31, 2**32 - 1])
def test_a_recording_whose_header_was_spoilt_is_none(rate: int, tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", SOUND)
    whole = (tmp_path / "a.wav").read_bytes()
    (tmp_path / "a.wav").write_bytes(whole[:24] + rate.to_bytes(4, "little") + whole[28:])
    with pytest.raises(WavError):
        read(tmp_path / "a.wav")


def test_closing_twice_does_nothing(tmp_path: Path) -> None:
    file = WavWriter(tmp_path / "a.wav", 8000)
    file.close()
    file.close()
    assert mend(tmp_path / "a.wav") == 0
