"""Recordings: order, gaps, ends, and what is left after a crash."""

import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import numpy as np
import pytest

from pbx.media import tones
from pbx.media.codecs.codec import G722, PCMA, PCMU, Codec
from pbx.media.codecs.g711 import alaw_decode
from pbx.media.events import DigitHeard, Recorded
from pbx.media.recorder import Recorder
from pbx.media.telephone_event import TelephoneEvent
from pbx.media.wav import read
from pbx.store.sound_files import mend
from tests.media.wire import Peer, PumpRig, tone


def recorded(rig: PumpRig) -> list[Recorded]:
    return [event for event in rig.events() if isinstance(event, Recorded)]


@pytest.mark.parametrize("codec", [PCMA, PCMU, G722], ids=lambda codec: codec.name)
def test_a_tone_is_recorded_until_the_hash_key(rig: PumpRig, tmp_path: Path, codec: Codec) -> None:
    peer = Peer(codec=codec)
    endpoint = rig.open(peer)
    token = endpoint.record(tmp_path / "m.wav", limit=60, silence=5)
    for payload in tone(codec, 700, 2.0):
        peer.say(endpoint, payload)
        rig.pass_time(0.02)
    peer.press(endpoint, bytes(TelephoneEvent(11, 160)))
    rig.pass_time(0.02)
    assert recorded(rig) == [Recorded(token, 2.0, "digit")]
    assert DigitHeard("#", "event") in rig.events(endpoint)
    clip = read(tmp_path / "m.wav")
    assert (clip.rate, clip.seconds) == (codec.sample_rate, 2.0)
    assert tones.strength(clip.samples, clip.rate, 700) > 0.95


def test_lost_packets_become_silence_and_swapped_ones_change_places(tmp_path: Path) -> None:
    random = Random(7)
    for run in range(200):
        count = random.randrange(5, 60)
        kept = [step for step in range(count) if step == 0 or random.random() > 0.1]
        order = sorted(kept, key=lambda step: step + random.uniform(0, 2.9) if step else -1.0)
        doubled = [step for step in order for _ in range(1 + (random.random() < 0.1))]
        start = random.randrange(1 << 32)
        recorder = Recorder(1, tmp_path / "m.wav", PCMA, 600, 600, "", 0.0)
        for place, step in enumerate(doubled):
            payload = bytes([(step % 40) + 0x90]) * 160
            recorder.packet((start + 160 * step) & 0xFFFFFFFF, payload, place * 0.02)
        recorder.finish(count * 0.02)
        frames = read(tmp_path / "m.wav").samples.reshape(-1, 160)[:, 0]
        wanted = [
            int(alaw_decode(bytes([(step % 40) + 0x90]))[0]) if step in kept else 0 for step in range(max(kept) + 1)
        ]
        assert list(frames) == wanted, run


def test_a_packet_that_never_comes_holds_the_rest_back_for_a_moment_only(tmp_path: Path) -> None:
    recorder = Recorder(1, tmp_path / "m.wav", PCMA, 60, 60, "", 0.0)
    recorder.packet(0, bytes(160), 0.0)
    recorder.packet(320, bytes(160), 0.02)
    assert recorder.seconds == pytest.approx(0.02)
    recorder.tick(0.15)
    assert recorder.seconds == pytest.approx(0.06)
    recorder.packet(160, bytes(160), 0.16)
    assert recorder.late == 1
    assert recorder.seconds == pytest.approx(0.06)


def test_a_pause_of_the_sender_is_a_pause_in_the_recording(rig: PumpRig, tmp_path: Path) -> None:
    peer = Peer()
    endpoint = rig.open(peer)
    endpoint.record(tmp_path / "m.wav", silence=30)
    for _ in range(2):
        for payload in tone(PCMA, 700, 1.0):
            peer.say(endpoint, payload)
            rig.pass_time(0.02)
        peer.skip(0, ticks=24000)
        rig.pass_time(3.0)
    endpoint.stop_recording()
    clip = read(tmp_path / "m.wav")
    assert clip.seconds == pytest.approx(5.0)
    assert not clip.samples[8000:32000].any()


def test_a_new_stream_goes_on_where_the_clock_says(rig: PumpRig, tmp_path: Path) -> None:
    peer = Peer()
    endpoint = rig.open(peer)
    endpoint.record(tmp_path / "m.wav", silence=30)
    for ssrc in (1, 2):
        peer.ssrc, peer.sequence, peer.timestamp = ssrc, 1000 * ssrc, 123456789 * ssrc
        for payload in tone(PCMA, 700, 1.0):
            peer.say(endpoint, payload)
            rig.pass_time(0.02)
        rig.pass_time(1.0)
    endpoint.stop_recording()
    clip = read(tmp_path / "m.wav")
    assert clip.seconds == pytest.approx(3.0, abs=0.06)
    assert tones.strength(clip.samples[-7000:], 8000, 700) > 0.95


def test_leaping_timestamps_cannot_make_a_recording_longer_than_its_time(rig: PumpRig, tmp_path: Path) -> None:
    peer, random = Peer(), Random(3)
    endpoint = rig.open(peer)
    endpoint.record(tmp_path / "m.wav", limit=600, silence=600)
    for _ in range(200):
        peer.timestamp = (peer.timestamp + random.choice((random.randrange(1 << 32), 12000))) & 0xFFFFFFFF
        peer.say(endpoint)
        rig.pass_time(0.02)
    endpoint.stop_recording()
    assert read(tmp_path / "m.wav").seconds <= 5.1


def test_the_limit_ends_it_also_when_no_packet_comes(rig: PumpRig, tmp_path: Path) -> None:
    peer = Peer()
    endpoint = rig.open(peer)
    endpoint.record(tmp_path / "a.wav", limit=2, silence=60)
    for payload in tone(PCMA, 700, 3.0):
        peer.say(endpoint, payload)
        rig.pass_time(0.02)
    endpoint.record(tmp_path / "b.wav", limit=2, silence=60)
    rig.pass_time(4.0)
    assert [(event.why, event.seconds) for event in recorded(rig)] == [("limit", 2.0), ("limit", 0.0)]


@pytest.mark.parametrize("sends", [True, False])
def test_silence_ends_it_whether_packets_come_or_not(rig: PumpRig, tmp_path: Path, sends: bool) -> None:
    peer = Peer()
    endpoint = rig.open(peer)
    endpoint.record(tmp_path / "m.wav", silence=3)
    for payload in tone(PCMA, 700, 5.0):
        peer.say(endpoint, payload)
        rig.pass_time(0.02)
    assert not recorded(rig)
    for _ in range(200):
        if sends:
            peer.say(endpoint)
        rig.pass_time(0.02)
    assert [event.why for event in recorded(rig)] == ["silence"]
    assert read(tmp_path / "m.wav").seconds == pytest.approx(8 if sends else 5, abs=0.1)


def test_hanging_up_closes_the_file_and_tells(rig: PumpRig, tmp_path: Path) -> None:
    peer = Peer()
    endpoint = rig.open(peer)
    token = endpoint.record(tmp_path / "m.wav")
    for _ in range(50):
        peer.say(endpoint)
        rig.pass_time(0.02)
    endpoint.close()
    rig.pass_time(0.02)
    assert recorded(rig) == [Recorded(token, 1.0, "closed")]
    assert read(tmp_path / "m.wav").seconds == 1.0


def test_a_change_of_codec_keeps_the_recording_going(rig: PumpRig, tmp_path: Path) -> None:
    peer = Peer()
    endpoint = rig.open(peer)
    endpoint.record(tmp_path / "m.wav")
    for codec in (PCMA, G722):
        peer.codec = codec
        rig.agree(endpoint, peer)
        for payload in tone(codec, 700, 1.0):
            peer.say(endpoint, payload)
            rig.pass_time(0.02)
    endpoint.stop_recording()
    clip = read(tmp_path / "m.wav")
    assert clip.rate == 8000
    assert clip.seconds == pytest.approx(2.0)
    assert tones.strength(clip.samples[9000:], 8000, 700) > 0.9


def test_a_full_disk_ends_it_with_a_reason(rig: PumpRig) -> None:
    peer = Peer()
    endpoint = rig.open(peer)
    with pytest.raises(OSError, match="space"):
        endpoint.record(Path("/dev/full"))
    assert not recorded(rig)


RECORDING = """
import sys
import numpy as np
from pbx.media.wav import WavWriter
file = WavWriter(sys.argv[1], 8000)
print("ready", flush=True)
number = 0
while True:
    file.write(np.full(160, number % 30000, np.int16))
    number += 1
    print(number, flush=True)
"""


def test_what_was_recorded_before_a_kill_is_there(tmp_path: Path) -> None:
    random = Random(9)
    with open(tmp_path / "child.py", "w") as file:
        file.write(RECORDING)
    for _ in range(4):
        path = tmp_path / "m.wav"
        words = [sys.executable, str(tmp_path / "child.py"), str(path)]
        with subprocess.Popen(words, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.getcwd()}) as child:
            assert child.stdout
            child.stdout.readline()
            time.sleep(random.uniform(0, 0.1))
            child.kill()
            frames = int((child.stdout.read().split() or [b"0"])[-1])
        seconds = mend(path)
        assert seconds >= frames * 0.02 - 0.26
        if seconds:
            clip = read(path)
            assert clip.seconds == seconds
            assert np.array_equal(clip.samples[::160], np.arange(len(clip.samples[::160])) % 30000)
