"""Sound files of every format people bring, made here."""

from __future__ import annotations

import io
from typing import Any

import av
import numpy as np

FORMATS = {
    "mp3": ("mp3", "libmp3lame", 44100, "stereo"),
    "m4a": ("mp4", "aac", 44100, "stereo"),
    "aac": ("adts", "aac", 48000, "mono"),
    "ogg": ("ogg", "libopus", 48000, "mono"),
    "webm": ("webm", "libopus", 48000, "mono"),
    "flac": ("flac", "flac", 96000, "stereo"),
    "wma": ("asf", "wmav2", 44100, "stereo"),
    "3gp": ("3gp", "libopencore_amrnb", 8000, "mono"),
    "wav 16 bit": ("wav", "pcm_s16le", 44100, "stereo"),
    "wav 24 bit": ("wav", "pcm_s24le", 48000, "stereo"),
    "wav float": ("wav", "pcm_f32le", 48000, "mono"),
    "wav A-law": ("wav", "pcm_alaw", 8000, "mono"),
    "wav ADPCM": ("wav", "adpcm_ms", 22050, "mono"),
    "aiff": ("aiff", "pcm_s16be", 44100, "mono"),
}
"""Container, codec, samples a second, channels."""


def sound_file(format: str, seconds: float = 2.0, level: float = 0.1, hertz: float = 440.0) -> bytes:
    """A tone in a file of this format."""
    container, codec, rate, layout = FORMATS[format]
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        stream: Any = file.add_stream(codec, rate=rate)
        stream.layout = layout
        if codec in ("wmav2", "libopencore_amrnb"):
            stream.bit_rate = 12200 if codec == "libopencore_amrnb" else 128000
        stream.codec_context.open()
        resampler = av.AudioResampler(
            format=stream.codec_context.format, layout=layout, rate=rate, frame_size=stream.codec_context.frame_size
        )
        for piece in [*resampler.resample(_tone(seconds, level, hertz, rate)), *resampler.resample(None)]:
            for packet in stream.encode(piece):
                file.mux(packet)
        for packet in stream.encode(None):
            file.mux(packet)
    return out.getvalue()


def _tone(seconds: float, level: float, hertz: float, rate: int) -> av.AudioFrame:
    wave = np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)
    frame = av.AudioFrame.from_ndarray((level * 32767 * wave).astype(np.int16).reshape(1, -1), "s16", "mono")
    frame.rate, frame.pts = rate, 0
    return frame
