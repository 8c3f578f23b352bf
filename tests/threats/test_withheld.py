"""No number of a caller who withholds it stands anywhere: phone, page, history, trace, task, log, file."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest

from pbx.sip.message import Request, Response
from tests.threats.box import NUMBER, Box, besiege
from tests.threats.ends import End, Voice, phone, token
from tests.threats.test_traces import written_down

CALLER = "+498912345678"
TAIL = "12345678"
WITHHELD = {
    "a list": ["Privacy: header; id"],
    "lines": ["Privacy: header", "Privacy: id"],
    "commas": ["Privacy: none, id"],
    "unknown": ["Privacy: x-new"],
    "escaped": ["P-Asserted-Identity: <sip:%61nonymous@p>"],
    "unreadable": [f"Remote-Party-ID: <sip:{CALLER}@p;privacy=full"],
    "at the end": [*(f"X-{number}: filling it up" for number in range(250)), "Privacy: id"],
    "party": [f'Remote-Party-ID: "Moritz {CALLER}" <sip:{CALLER}@p>;privacy=full'],
}
OTHERS = [
    f'P-Asserted-Identity: "Moritz" <sip:{CALLER}@p>, <tel:{CALLER}>',
    "P-Preferred-Identity: <sip:08912345678@p;user=phone>",
    f"Diversion: <tel:{CALLER}>;reason=unconditional",
    f"History-Info: <sip:{CALLER}@p>;index=1",
    f"Record-Route: <sip:{CALLER}@127.0.0.9;lr>",
    f"X-Calling: 0049 89 {TAIL}",
    f"User-Agent: gateway of {CALLER}",
]


def invite(caller: End, lines: list[str], *, from_: str, to: str = NUMBER) -> Request:
    """With the number wherever it may stand."""
    body = Voice(caller.address[0]).sdp.replace(b"o=- ", f"o={CALLER} ".encode()).replace(b"s=-", b"s=Moritz")
    fields = [(name, value) for name, _, value in (line.partition(": ") for line in [*OTHERS, *lines])]
    return caller.request("INVITE", to, fields, sdp=body, from_=from_, call_id=f"{CALLER}-{token()}@p")


async def everything_shown(box: Box) -> str:
    """All that the box shows and hands out."""
    calls = [await box.do("history call", id=call["id"]) for call in (await box.do("history"))["calls"]]
    parts = [await box.do(verb) for verb in ("trace", "history", "tasks", "now")]
    return json.dumps([parts, calls, box.events])


@pytest.mark.parametrize("form", WITHHELD)
def test_a_withheld_number_stands_nowhere(tmp_path: Path, form: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "pbx")

    async def script(box: Box) -> None:
        anna, caller = await phone(box, "21"), End(box, *box.provider, user=CALLER)
        request = invite(caller, WITHHELD[form], from_=f'"Moritz {CALLER}" <sip:{CALLER}@p>;tag={token()}')
        caller.send(request)
        ringing = await anna.request_of("INVITE")
        assert ringing is not None
        during = await everything_shown(box)
        anna.send(ringing.reply(486, tag="a"))
        await hang_up(caller, request)
        await box.until(lambda: not box.calls)
        soon = await everything_shown(box)
        await written_down(box, 1)
        assert [(task["from"], task["kind"]) for task in await tasks(box)] == [("", "missed")]
        shown = {"phone": str(bytes(ringing)), "during": during, "soon": soon, "later": await everything_shown(box),
                 "log": caplog.text}  # fmt: skip
        shown |= {str(path): str(path.read_bytes()) for path in box.folder.rglob("*") if path.is_file()}
        for where, text in shown.items():
            assert TAIL not in text, where
            assert "Moritz" not in text, where
        assert NUMBER in shown["later"]
        assert "Max-Forwards" in shown["later"]

    besiege(tmp_path, script)


async def acknowledged(caller: End, request: Request) -> Response:
    """The call was answered."""
    answer = await caller.final()
    assert answer is not None
    assert answer.status == 200
    caller.send(inside(caller, request, answer, "ACK", request.cseq.number))
    return answer


async def hang_up(caller: End, request: Request) -> None:
    """The caller heard enough."""
    answer = await acknowledged(caller, request)
    assert await caller.status(inside(caller, request, answer, "BYE", 2)) == 200


def inside(caller: End, invite: Request, answer: Response, method: str, cseq: int) -> Request:
    """A request of the call."""
    return caller.request(method, uri=str(answer.contacts[0].uri), from_=invite.headers.get("From") or "",
                          to=answer.headers.get("To") or "", call_id=invite.call_id, cseq=cseq)  # fmt: skip


async def tasks(box: Box) -> list[dict[str, Any]]:
    """What is to be done."""
    found: list[dict[str, Any]] = await box.do("tasks")
    return found


def test_who_is_called_by_nobody_hangs_up_and_the_trace_names_nobody(tmp_path: Path) -> None:
    """Requests of ours carry the caller's Contact on top and the caller in To; those are hidden as well."""

    async def script(box: Box) -> None:
        caller = End(box, *box.provider, user=CALLER)
        request = invite(caller, [], from_="<sip:anonymous@anonymous.invalid>;tag=x", to="+4930123451")
        caller.send(request)
        assert await acknowledged(caller, request)
        await box.settle()
        await box.end_calls()
        bye = await caller.request_of("BYE")
        assert bye is not None
        assert TAIL in str(bye.uri)
        caller.met(bye)
        await written_down(box, 1)
        text = await everything_shown(box)
        assert TAIL not in text
        assert re.search(r"BYE sip:\*\*\*@", text)

    besiege(tmp_path, script)


def test_a_refused_caller_who_belongs_to_no_call_is_not_named_either(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        stranger = End(box, user=CALLER)
        request = invite(stranger, ["Privacy: id"], from_=f"<sip:{CALLER}@p>;tag=x")
        assert await stranger.status(request) == 401
        shown = await stranger.ask(invite(stranger, [], from_="<sip:+4930999999@p>;tag=x"))
        assert shown is not None
        text = (await box.do("trace"))["text"]
        assert TAIL not in text
        assert "+4930999999" in text

    besiege(tmp_path, script)
