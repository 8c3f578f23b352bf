"""Codecs, sample rates, tones, and digits heard in the sound."""

from collections.abc import Callable
from random import Random

import numpy as np
import pytest

from pbx.media import tones
from pbx.media.clip import Clip
from pbx.media.codecs import g711
from pbx.media.codecs.codec import CODECS, G722, PCMA, PCMU, Codec, transcoder
from pbx.media.codecs.resample import resample
from pbx.media.dtmf import ToneReceiver
from pbx.media.dtmf_in import DtmfIn
from pbx.media.telephone_event import TelephoneEvent
from tests.peers.tones import loudest


def heard(samples: g711.Samples, piece: int = 800) -> str:
    receiver = ToneReceiver()
    return "".join(receiver.take(samples[start : start + piece]) for start in range(0, len(samples), piece))


def test_g711_has_the_values_of_the_recommendation() -> None:
    assert list(g711.alaw_decode(b"\xd5\x55\xaa\x2a\x80")) == [8, -8, 32256, -32256, 5504]
    assert list(g711.ulaw_decode(b"\xff\x7f\x80\x00")) == [0, 0, 32124, -32124]
    everything = bytes(range(256))
    assert g711.alaw_encode(g711.alaw_decode(everything)) == everything
    again = g711.ulaw_encode(g711.ulaw_decode(everything))
    assert [code for code in range(256) if again[code] != code] == [0x7F]  # there are two zeros


@pytest.mark.parametrize(
    ("encode", "decode"), [(g711.alaw_encode, g711.alaw_decode), (g711.ulaw_encode, g711.ulaw_decode)]
)
def test_g711_is_never_further_off_than_half_a_step(
    encode: Callable[[g711.Samples], bytes], decode: Callable[[bytes], g711.Samples]
) -> None:
    values = np.arange(-32768, 32768).astype(np.int16)
    off = np.abs(decode(encode(values)).astype(int) - values)
    assert (off <= np.maximum(8, np.abs(values.astype(int)) / 32 + 5)).all() or off.max() <= 644
    assert off[np.abs(values.astype(int)) < 30000].max() <= 520


@pytest.mark.parametrize("source", CODECS.values(), ids=str)
@pytest.mark.parametrize("sink", CODECS.values(), ids=str)
def test_a_tone_survives_every_conversion(source: Codec, sink: Codec) -> None:
    payload = source.encoder()(tones.sound([800], 0.4, source.sample_rate, 0.4))
    convert = transcoder(source, sink)
    parts = [payload[start : start + 160] for start in range(0, len(payload), 160)]
    converted = b"".join(convert(part) if convert else part for part in parts)
    assert len(converted) == len(payload)
    sound = sink.decoder()(converted)
    assert tones.strength(sound[800:], sink.sample_rate, 800) > 0.95
    assert 9000 < np.abs(sound[800:-400].astype(int)).max() < 17000


@pytest.mark.parametrize(
    ("source", "sink"), [(8000, 16000), (16000, 8000), (44100, 8000), (48000, 16000), (22050, 16000)]
)
def test_resampling_keeps_the_tone_its_length_and_level_and_lets_nothing_alias(source: int, sink: int) -> None:
    sound = resample(tones.sound([1000], 0.5, source, 0.5), source, sink)
    assert len(sound) == sink // 2
    assert tones.strength(sound, sink, 1000) > 0.99
    assert abs(int(np.abs(sound).max()) - 16383) < 500
    if source > sink:
        alias = resample(tones.sound([sink * 0.6], 0.5, source, 0.5), source, sink)
        assert np.abs(alias[200:-200].astype(int)).max() < 330


def test_a_clip_is_encoded_once_and_filled_up_with_silence() -> None:
    clip = Clip(tones.sound([500], 0.05), 8000)
    frames = clip.frames(PCMA)
    assert [len(frame) for frame in frames] == [160] * 3
    assert frames[2][80:] == PCMA.silence()[:80]
    assert clip.frames(PCMA) is frames
    assert len(clip.frames(G722)) == 3


@pytest.mark.parametrize("country", ["de", "gb", "us", "fr"])
@pytest.mark.parametrize("name", ["dial", "busy", "reorder", "ringback"])
def test_call_progress_tones_repeat_in_whole_periods(name: str, country: str) -> None:
    clip = tones.call_progress(name, country)
    assert clip.seconds >= 0.45
    assert np.abs(clip.samples).max() > 3000
    assert loudest(clip.samples[:1600], 8000) in range(340, 630)


@pytest.mark.parametrize("codec", CODECS.values(), ids=str)
@pytest.mark.parametrize("milliseconds", [40, 50, 100, 400])
def test_every_digit_is_heard_once_in_the_sound(codec: Codec, milliseconds: int) -> None:
    random = Random(milliseconds)
    for _ in range(5):
        parts = [np.zeros(random.randrange(400), np.int16)]
        for digit in tones.DTMF:
            parts += [tones.dtmf(digit, milliseconds / 1000).samples, np.zeros(random.randrange(400, 900), np.int16)]
        sound = np.concatenate([*parts, np.zeros(800, np.int16)])
        sound = codec.decoder(8000)(codec.encoder(8000)(sound[: len(sound) // 2 * 2]))
        assert heard(sound, random.choice((160, 320, 800))) == "".join(tones.DTMF)


def test_digits_are_heard_through_noise_and_uneven_levels() -> None:
    random = np.random.default_rng(5)
    sound = np.concatenate(
        [
            part
            for digit in tones.DTMF
            for part in (
                tones.sound(tones.DTMF[digit][:1], 0.08, level=0.1)
                + tones.sound(tones.DTMF[digit][1:], 0.08, level=0.19),
                np.zeros(640, np.int16),
            )
        ]
    )
    noisy = (sound + random.normal(0, 300, len(sound))).astype(np.int16)
    assert heard(noisy) == "".join(tones.DTMF)


def test_neither_noise_nor_chords_nor_progress_tones_are_digits() -> None:
    random = np.random.default_rng(5)
    noise = random.normal(0, 6000, 80000).astype(np.int16)
    chords = np.concatenate([tones.sound([f, f * 1.25, f * 1.5], 0.2) for f in range(200, 1500, 13)])
    sweep = (8000 * np.sin(2 * np.pi * np.cumsum(np.linspace(100, 3500, 80000)) / 8000)).astype(np.int16)
    busy = np.concatenate([tones.call_progress("busy", country).samples for country in ("de", "gb", "us")])
    for sound in (noise, chords, sweep, busy):
        assert heard(sound) == ""


def test_one_press_that_comes_as_tone_and_as_event_counts_once_whichever_is_first() -> None:
    tone = PCMA.encoder()(np.concatenate((tones.dtmf("5", 0.2).samples, np.zeros(1600, np.int16))))
    event = (1, 1, 1000, bytes(TelephoneEvent(5, 160)))
    hearing = DtmfIn()
    hearing.listen(PCMA)
    assert hearing.sound(tone, 10.0) == "5"
    assert hearing.event(*event, 10.3) is None
    assert not hearing.listens
    assert hearing.event(1, 9, 5000, event[3], 10.6) == "5"
    hearing = DtmfIn()
    hearing.listen(PCMA)
    assert hearing.event(*event, 10.0) == "5"
    assert hearing.sound(tone, 10.1) == ""
    hearing.listen(PCMA)
    assert not hearing.listens


def test_two_presses_heard_as_tones_before_their_events_come_count_once_each() -> None:
    pause = np.zeros(800, np.int16)
    sound = np.concatenate((tones.dtmf("2", 0.1).samples, pause, tones.dtmf("1", 0.1).samples, pause))
    hearing = DtmfIn()
    hearing.listen(PCMA)
    assert hearing.sound(PCMA.encoder()(sound), 10.0) == "21"
    events = [(2, 1000), (1, 3000), (1, 5000)]
    found = [hearing.event(1, stamp, stamp, bytes(TelephoneEvent(code, 160)), 10.3) for code, stamp in events]
    assert found == [None, None, "1"]


def test_a_different_digit_by_event_after_one_by_tone_counts() -> None:
    hearing = DtmfIn()
    hearing.listen(PCMU)
    assert hearing.sound(PCMU.encoder()(tones.dtmf("1", 0.3).samples), 1.0) == "1"
    assert hearing.event(1, 1, 1000, bytes(TelephoneEvent(2, 160)), 1.3) == "2"
