"""Shaping of spoken sound, checked with tones."""

import wave
from pathlib import Path

import numpy as np
import pytest

from pbx.prompts.sound import RATE, SoundError, active_level, finished, peak, read, write
from pbx.prompts.sound import Samples as Sound

FLAT = ((40, -40), (100, 0), (8000, 0))


def tone(hertz: float, rate: int, seconds: float = 1.0, level: float = 0.5) -> Sound:
    return level * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 48_000])
def test_another_rate_keeps_pitch_and_length(rate: int) -> None:
    made = finished(tone(1000, rate), rate, FLAT)
    spectrum = np.abs(np.fft.rfft(made))
    assert abs(float(np.argmax(spectrum)) * RATE / len(made) - 1000) < 5
    assert abs(len(made) - RATE) < 0.02 * RATE


def test_the_curve_colours() -> None:
    mixed = tone(200, RATE) + tone(2000, RATE, level=0.25)
    made = finished(mixed, RATE, ((100, 0), (500, 0), (1000, -20), (8000, -20)))
    spectrum = np.abs(np.fft.rfft(made * np.hanning(len(made))))
    low, high = (float(spectrum[round(hertz * len(made) / RATE)]) for hertz in (200, 2000))
    assert 20 * np.log10(low / high) == pytest.approx(26, abs=1)


def test_silence_at_the_ends_goes_and_loudness_is_even() -> None:
    silence = np.zeros(RATE)
    for level in (0.01, 0.9):
        made = finished(np.concatenate((silence, tone(500, RATE, level=level), silence)), RATE, FLAT)
        assert len(made) / RATE == pytest.approx(1.16, abs=0.1)
        assert active_level(made) == pytest.approx(-22, abs=0.3)


def test_peaks_are_never_clipped() -> None:
    clicks = tone(500, RATE, level=0.01)
    clicks[::1600] = 0.9
    assert peak(finished(clicks, RATE, FLAT)) <= -2.99


def test_silence_is_no_sound() -> None:
    for nothing in (np.zeros(RATE), np.zeros(0)):
        with pytest.raises(SoundError):
            finished(nothing, RATE, FLAT)


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    sound = tone(500, RATE, level=0.99)
    write(tmp_path / "a.wav", sound)
    back, rate = read(tmp_path / "a.wav")
    assert rate == RATE
    assert float(np.abs(back - sound).max()) < 1e-4


def test_no_wav_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"RIFFnonsense")
    with pytest.raises(SoundError, match=r"a\.wav"):
        read(tmp_path / "a.wav")
    with pytest.raises(SoundError):
        read(tmp_path / "missing.wav")
    with wave.open(str(tmp_path / "s.wav"), "wb") as stereo:
        stereo.setnchannels(2)
        stereo.setsampwidth(2)
        stereo.setframerate(RATE)
    with pytest.raises(SoundError, match="mono"):
        read(tmp_path / "s.wav")
