"""What an arrow of a ladder says."""

from __future__ import annotations

import pytest

from pbx.exchange.calls.traced import reason
from pbx.store.rows import TracedMessage


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (['SIP;cause=200;text="elsewhere"'], "elsewhere"),
        (['Q.850;cause=26, SIP;text="a, b";cause=200'], "a, b"),
        (["Q.850;cause=26", 'SIP;cause=200;text="elsewhere"'], "elsewhere"),
        (["Q.850;cause=26"], "cause 26"),
        ([], ""),
    ],
)
def test_a_reason_is_told_in_words_on_whichever_line_they_stand(lines: list[str], words: str) -> None:
    text = "\n".join(["CANCEL sip:21@x SIP/2.0", *(f"Reason: {line}" for line in lines), "Max-Forwards: 70"])
    assert reason(TracedMessage(1.0, True, "udp", "192.0.2.1:5060", 0, text)) == words
