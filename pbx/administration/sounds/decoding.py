"""Foreign sound files, decoded by a child process (`pbx.programs.sound_decoder`) that may do nothing else."""

import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from typing import BinaryIO

from pbx.administration.sounds.sound_work import one_at_a_time
from pbx.control.protocol import Refused
from pbx.sentence import Sentence

PATIENCE = 30.0
"""Seconds a file may take; two minutes of sound take less than one on a desk, some on a Pi."""

_DECODER = "pbx.programs.sound_decoder"
_MOST = 8 * 1024 * 1024
"""Bytes of sound that are taken from the child, whatever it says."""
_FAULTS: Mapping[str, Sentence] = {
    "too-big": Sentence("The sound file is too large: the limit is 32 MB."),
    "too-long": Sentence("The recording is too long: the limit is two minutes."),
    "silent": Sentence("The sound file is silent."),
}
_DAMAGED = Sentence("The box cannot read this sound file.")


def decoded(source: BinaryIO | bytes) -> bytes:
    """A sound file of whatever format as a WAV of 16 kHz, mono, 16 bit, evenly loud, two minutes at most.

    Raises Refused.
    """
    with (
        one_at_a_time(),  # each takes a hundred megabytes for a moment
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as made,
        tempfile.TemporaryFile() as fault,
    ):
        shutil.copyfileobj(io.BytesIO(source) if isinstance(source, bytes) else source, given)
        given.seek(0)
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", _DECODER], stdin=given, stdout=made, stderr=fault, env=_environment(), cwd="/"
        )
        try:
            code = child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            code = -1
        finally:
            child.kill()
            child.wait()
        if code:
            fault.seek(0)
            word = fault.read(20).decode("ascii", "replace") if code == 2 else ""
            raise Refused(_FAULTS.get(word, _DAMAGED))
        made.seek(0)
        return made.read(_MOST)


def _environment() -> dict[str, str]:
    """As little as Python needs; no threads for sums."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in os.environ}
    return {**kept, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
