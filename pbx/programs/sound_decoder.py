"""Any sound file on standard input, 16 kHz mono 16-bit WAV on standard output: `python -m pbx.programs.sound_decoder`.

A process of its own, because decoders of foreign files are where such files break in: before it looks at the first
byte it gives up memory, time, files, network and new rights. Exit code 2 and a word of `FAULTS` on standard error say
what is wrong with the file; any other end means the same as `damaged`.
"""

import ctypes
import io
import resource
import sys
import wave
from collections.abc import Iterator

import av
import numpy as np

from pbx.prompts.sound import RATE, Samples, SoundError, levelled

LONGEST = 120.0
"""Seconds of sound."""
MOST = 32 * 1024 * 1024
"""Bytes of a file."""
FAULTS = ("too-big", "damaged", "too-long", "silent")

_MEMORY = 384 * 1024 * 1024
"""Bytes on top of what the libraries take: two minutes of sound as numbers, several times."""
_SECONDS = 20
"""Of the processor."""
_WRITTEN = 8 * 1024 * 1024
_BAD_PACKETS = 200
"""That may be left out of a damaged file."""

_CONTAINERS = "aac,aiff,amr,amrnb,amrwb,asf,au,caf,flac,matroska,mov,mp3,mp4,m4a,ogg,w64,wav,webm"
_CODECS = (
    "aac,alac,amrnb,amrwb,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,flac,gsm_ms,mp1float,mp2float,mp3,mp3float,opus,"
    "pcm_alaw,pcm_f32be,pcm_f32le,pcm_f64be,pcm_f64le,pcm_mulaw,pcm_s16be,pcm_s16le,pcm_s24be,pcm_s24le,"
    "pcm_s32be,pcm_s32le,pcm_s8,pcm_u8,vorbis,wmalossless,wmapro,wmav1,wmav2,wmavoice"
)
"""What people's sound files are made of; nothing that plays lists, pictures, or goes looking for other files."""
_NO_NEW_PRIVILEGES = 38
"""PR_SET_NO_NEW_PRIVS of prctl(2)."""


class UnfitSound(Exception):
    """The file cannot be taken; the text is one of FAULTS."""


def main() -> int:
    """Decode; the exit code."""
    _rehearse()
    give_up()
    try:
        sound = decoded(sys.stdin.buffer.read(MOST + 1))
    except UnfitSound as error:
        sys.stderr.write(str(error))
        return 2
    sys.stdout.buffer.write(sound)
    return 0


def _rehearse() -> None:
    """Decode a sound of our own: libraries load what they need at the first use, and later they can open nothing."""
    beep = np.sin(np.arange(RATE // 2) / 5.0)
    decoded(_wav(beep))


def give_up() -> None:
    """From here on: no more memory than needed, no new file, socket, process or right."""
    ctypes.CDLL(None).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    with open("/proc/self/statm") as file:
        taken = int(file.read().split()[0]) * resource.getpagesize()
    limits = {
        resource.RLIMIT_AS: taken + _MEMORY,
        resource.RLIMIT_CPU: _SECONDS,
        resource.RLIMIT_FSIZE: _WRITTEN,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 3,
    }
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))


def decoded(data: bytes) -> bytes:
    """The file as we keep sounds: evenly loud, without silence at its ends. Raises Unfit."""
    if len(data) > MOST:
        raise UnfitSound("too-big")
    try:
        samples = levelled(_samples(data))
    except SoundError:
        raise UnfitSound("silent") from None
    except (av.FFmpegError, ValueError, OverflowError, MemoryError):
        raise UnfitSound("damaged") from None
    return _wav(samples)


def _samples(data: bytes) -> Samples:
    """The first sound in the file, at our rate. Raises Unfit, av.FFmpegError, ValueError."""
    options = {"format_whitelist": _CONTAINERS, "codec_whitelist": _CODECS, "protocol_whitelist": "none"}
    with av.open(io.BytesIO(data), mode="r", options=options, metadata_errors="ignore") as container:
        stream = next((each for each in container.streams.audio if each.codec_context is not None), None)
        if stream is None:
            raise UnfitSound("damaged")
        stream.codec_context.thread_count = 1
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        pieces: list[np.ndarray] = []
        length = 0
        for frame in _frames(container, stream):
            for piece in resampler.resample(frame):
                pieces.append(piece.to_ndarray().reshape(-1))
                length += piece.samples
                if length > LONGEST * RATE:
                    raise UnfitSound("too-long")
        if not pieces:
            raise UnfitSound("damaged")
        sound = np.concatenate(pieces).astype(np.float64)
        sound -= sound.mean()
        sound /= 32_768
        return sound


def _frames(container: av.container.InputContainer, stream: av.AudioStream) -> Iterator[av.AudioFrame | None]:
    """The sound in small pieces, then None: what is damaged is left out. Raises Unfit, ValueError."""
    bad = 0
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            bad += 1
            if bad > _BAD_PACKETS:
                raise UnfitSound("damaged") from None
            continue
        for frame in frames:
            if not isinstance(frame, av.AudioFrame) or not 4000 <= frame.rate <= 384_000 or frame.samples > 2**20:
                raise UnfitSound("damaged")
            yield frame
    yield None


def _wav(samples: Samples) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.round(np.clip(samples, -1.0, 32_767 / 32_768) * 32_768).astype("<i2").tobytes())
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
