"""An announcement spoken into a real telephone, over both kinds of sound."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from pbx.control.client import ask
from pbx.control.protocol import SOCKET
from tests.peers.exchange import Exchange
from tests.peers.programs import until
from tests.peers.tones import heard, read_wav


@pytest.mark.parametrize(("codecs", "rate"), [("pcma,pcmu", 8000), ("G722/16000/1", 16000)], ids=["narrow", "wide"])
def test_what_is_spoken_into_the_phone_becomes_a_take(
    exchange: Exchange, codecs: str, rate: int, tmp_path: Path
) -> None:
    exchange.start()

    def asked(verb: str, **given: Any) -> Any:
        return ask(exchange.data / SOCKET, verb, given)

    with exchange.phone("21", tone=440, codecs=codecs) as anna:
        id = asked("greeting record", extension="21")["id"]
        anna.wait("CALL_INCOMING")
        assert asked("greeting taken", id=id)["state"] == "ringing"
        anna.answer()
        anna.wait("CALL_ESTABLISHED")
        until(lambda: any(anna.folder.glob("dump-*-dec.wav")), "it hears")
        until(lambda: heard(*anna.heard(), 880, 0.3), "the tone")
        until(lambda: _spoken(exchange.data) > 1.5 * 2 * rate, "something is spoken")
        assert asked("greeting taken", id=id)["state"] == "speaking"
        anna.press("#")
        until(lambda: heard(*anna.heard(), 440), "it is played back")
        anna.press("1")
        taken = until(lambda: _ready(asked("greeting taken", id=id)), "the take is ready")
    path = tmp_path / "take.wav"
    path.write_bytes(base64.b64decode(taken["sound"]))
    assert heard(*read_wav(path), 440)


def _spoken(data: Path) -> int:
    """Bytes recorded so far."""
    return sum(path.stat().st_size for path in (data / "takes").glob("*.wav"))


def _ready(taken: dict[str, Any]) -> dict[str, Any] | None:
    return taken if taken["state"] == "ready" else None
