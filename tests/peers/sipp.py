"""SIPp as callers, phones and providers: scenarios written as steps, and their runs.

A scenario may wait for a cue: a MESSAGE in its own dialog that the test sends (`SippRun.cue`), so that a caller hangs
up when the test says so and no time has to be guessed.
"""

from __future__ import annotations

import random
import re
import socket
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

from tests.peers.programs import Program, Stopped, free_ports, listens, until

CUE = "MESSAGE"

BRANCH = "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]"

SAME_BRANCH = "[branch-of-the-invite]"
"""For a CANCEL, and for the ACK to a refusal (RFC 3261, 9.1 and 17.1.1.3)."""


def sdp(host: str, port: int | str, formats: str = "8 0 101", direction: str = "sendrecv") -> str:
    """A telephone's offer or answer."""
    names = {"8": "PCMA/8000", "0": "PCMU/8000", "9": "G722/8000", "101": "telephone-event/8000"}
    maps = "\n".join(f"a=rtpmap:{number} {names[number]}" for number in formats.split())
    events = "a=fmtp:101 0-15\n" if "101" in formats.split() else ""
    return f"""v=0
o=- 1 1 IN IP4 {host}
s=-
c=IN IP4 {host}
t=0 0
m=audio {port} RTP/AVP {formats}
{maps}
{events}a={direction}
a=ptime:20"""


SIPP_MEDIA = sdp("[media_ip]", "[media_port]")
"""SIPp's own RTP."""


@dataclass
class Scenario:
    """Steps of one call as SIPp understands them; every method adds one and returns the scenario."""

    steps: list[str] = field(default_factory=list)
    invited: int = 0
    """The step with the last INVITE."""
    asked: str = ""
    """The method of the last request: only answers to an INVITE have a Contact, and SIPp forgets the peer's when it
    is told to look for it elsewhere."""

    def send(self, message: str, *, retransmit: bool = True) -> Scenario:
        """A request or response; retransmitted over UDP until something comes back."""
        self.asked = message.partition(" ")[0]
        if self.asked == "INVITE":
            self.invited = len(self.steps)
        same = f"[branch-{len(self.steps) - self.invited}]"
        text = message.replace(SAME_BRANCH, same).strip("\n").replace("\n", "\r\n      ")
        repeat = ' retrans="500"' if retransmit else ""
        self.steps.append(f"  <send{repeat}><![CDATA[\n      {text}\r\n\r\n  ]]></send>")
        return self

    def response(self, status: int, *, optional: bool = False, challenge: bool = False, action: str = "") -> Scenario:
        """Wait for a response; `challenge`: keep its digest challenge for `[authentication]`."""
        more = (' optional="true"' if optional else "") + (' auth="true"' if challenge else "")
        route = ' rrs="true"' if self.asked == "INVITE" and status != 100 else ""
        self.steps.append(f'  <recv response="{status}"{route}{more}>{action}</recv>')
        return self

    def request(self, method: str, *, optional: bool = False, action: str = "") -> Scenario:
        """Wait for a request."""
        more = ' optional="true"' if optional else ""
        route = ' rrs="true"' if method == "INVITE" else ""
        self.steps.append(f'  <recv request="{method}"{route}{more}>{action}</recv>')
        return self

    def pause(self, seconds: float) -> Scenario:
        """Let time pass."""
        self.steps.append(f'  <pause milliseconds="{round(seconds * 1000)}"/>')
        return self

    def play(self, recording: Path) -> Scenario:
        """Start recorded RTP; the next steps go on meanwhile."""
        self.steps.append(f"  <nop><action><exec play_pcap_audio={quoteattr(str(recording))}/></action></nop>")
        return self

    def cue(self) -> Scenario:
        """Wait for the test's word. It is not answered: SIPp would send the answer to its peer."""
        self.steps.append(f'  <recv request="{CUE}"/>')
        return self

    def hangs_up(self) -> Scenario:
        """Wait until the peer hangs up."""
        return self.request("BYE").reply(200, contact=False)

    def reply(self, status: int, reason: str = "OK", body: str = "", *, contact: bool = True) -> Scenario:
        """Answer the last request."""
        kind = "Content-Type: application/sdp\n" if body else ""
        where = "Contact: <sip:[service]@[local_ip]:[local_port];transport=[transport]>\n" if contact else ""
        return self.send(
            f"SIP/2.0 {status} {reason}\n[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]uas[call_number]\n"
            f"[last_Call-ID:]\n[last_CSeq:]\n[last_Record-Route:]\n{where}{kind}Content-Length: [len]\n\n{body}",
            retransmit=status >= 200 and bool(body),
        )

    def xml(self) -> str:
        """The file SIPp reads."""
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="test">\n'
            + "\n".join(self.steps)
            + "\n</scenario>\n"
        )


@dataclass(frozen=True)
class Caller:
    """The messages of one who calls: who, whom, and with which media."""

    number: str
    """Whom: the user part of the Request-URI."""
    caller: str = "+4930777000"
    media: str = SIPP_MEDIA
    user: str = ""
    """Digest account; empty: none."""
    challenge: int = 407
    """The status that asks for the account."""
    password: str = ""
    domain: str = "[remote_ip]"
    headers: str = ""
    """More header lines for the INVITE."""

    def _line(self, method: str, cseq: int, target: str, to_tag: str, more: str, body: str) -> str:
        return (
            f"{method} {target} SIP/2.0\n{BRANCH}\nMax-Forwards: 70\n"
            f"From: <sip:{self.caller}@{self.domain}>;tag=[pid]caller[call_number]\n"
            f"To: <sip:{self.number}@{self.domain}>{to_tag}\n"
            f"Call-ID: [call_id]\nCSeq: {cseq} {method}\n"
            f"Contact: <sip:{self.caller}@[local_ip]:[local_port];transport=[transport]>\n"
            f"{more}Content-Length: [len]\n\n{body}"
        )

    def invite(self, cseq: int = 1, *, credentials: bool = False) -> str:
        """The INVITE with its offer."""
        more = self.headers + "Content-Type: application/sdp\n"
        if credentials:
            more += f"[authentication username={self.user} password={self.password}]\n"
        return self._line("INVITE", cseq, f"sip:{self.number}@[remote_ip]:[remote_port]", "", more, self.media)

    def ack_refusal(self, cseq: int = 1) -> str:
        """The ACK to a final response that is no 2xx: same branch, same Request-URI."""
        target = f"sip:{self.number}@[remote_ip]:[remote_port]"
        return self._line("ACK", cseq, target, "[peer_tag_param]", "", "").replace("[branch]", SAME_BRANCH, 1)

    def ack(self, cseq: int = 1) -> str:
        """The ACK to the 200."""
        return self._line("ACK", cseq, "[next_url]", "[peer_tag_param]", "[routes]\n", "")

    def bye(self, cseq: int = 2) -> str:
        """The end."""
        return self._line("BYE", cseq, "[next_url]", "[peer_tag_param]", "[routes]\n", "")

    def info(self, digit: str, cseq: int) -> str:
        """A digit as SIP INFO."""
        body = f"Signal={digit}\nDuration=160\n"
        return self._line(
            "INFO", cseq, "[next_url]", "[peer_tag_param]", "[routes]\nContent-Type: application/dtmf-relay\n", body
        )

    def cancel(self, cseq: int = 1) -> str:
        """Giving up before the answer; the branch is the INVITE's."""
        target = f"sip:{self.number}@[remote_ip]:[remote_port]"
        return self._line("CANCEL", cseq, target, "", "", "").replace("[branch]", SAME_BRANCH, 1)

    def dials(self, *, provisional: bool = True) -> Scenario:
        """Everything up to the ACK of the 200, with the digest round when there is an account."""
        scenario = Scenario().send(self.invite())
        cseq = 1
        if self.user:
            scenario.response(100, optional=True).response(self.challenge, challenge=True)
            scenario.send(self.ack_refusal(), retransmit=False)
            cseq = 2
            scenario.send(self.invite(2, credentials=True))
        for status in (100, 180, 183) if provisional else ():
            scenario.response(status, optional=True)
        return scenario.response(200).send(self.ack(cseq), retransmit=False)

    def talks(self) -> Scenario:
        """Dials, hangs up at the cue."""
        return self.dials().cue().send(self.bye(3)).response(200)

    def is_refused(self, status: int) -> Scenario:
        """Dials, and gets that status."""
        scenario = Scenario().send(self.invite())
        for early in (100, 180, 183):
            scenario.response(early, optional=True)
        return scenario.response(status).send(self.ack_refusal(), retransmit=False)

    def gives_up(self) -> Scenario:
        """Dials, and cancels at the cue."""
        scenario = Scenario().send(self.invite()).response(100, optional=True).response(180)
        scenario.cue().send(self.cancel()).response(200).response(487)
        return scenario.send(self.ack_refusal(), retransmit=False)


def registers(user: str, password: str, *, expires: int = 300) -> Scenario:
    """A phone's registration by digest; its Contact is SIPp's own address."""
    account = f"[authentication username={user} password={password}]\n"

    def register(cseq: int, more: str = "") -> str:
        return (
            f"REGISTER sip:[remote_ip]:[remote_port] SIP/2.0\n{BRANCH}\nMax-Forwards: 70\n"
            f"From: <sip:{user}@[remote_ip]>;tag=[pid]reg[call_number]\nTo: <sip:{user}@[remote_ip]>\n"
            f"Call-ID: [call_id]\nCSeq: {cseq} REGISTER\n"
            f"Contact: <sip:{user}@[local_ip]:[local_port];transport=[transport]>\nExpires: {expires}\n{more}"
            "Content-Length: 0\n\n"
        )

    first = Scenario().send(register(1)).response(100, optional=True).response(401, challenge=True)
    return first.send(register(2, account)).response(100, optional=True).response(200)


def answers(media: str = SIPP_MEDIA, *, rings: bool = True) -> Scenario:
    """A phone or callee that rings and answers, and whose peer hangs up."""
    scenario = Scenario().request("INVITE")
    if rings:
        scenario.reply(180, "Ringing")
    return scenario.reply(200, "OK", media).request("ACK").request("BYE").reply(200)


def refuses(status: int, reason: str) -> Scenario:
    """A phone or callee that says no."""
    return Scenario().request("INVITE").reply(180, "Ringing").reply(status, reason).request("ACK")


def ignores() -> Scenario:
    """A phone that rings until the caller gives up."""
    scenario = Scenario().request("INVITE").reply(180, "Ringing").request("CANCEL").reply(200)
    last = (
        "SIP/2.0 487 Request Terminated\n[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]uas[call_number]\n"
        "[last_Call-ID:]\nCSeq: [last_cseq_number] INVITE\nContent-Length: 0\n\n"
    )
    return scenario.send(last).request("ACK")


class Sipp(Stopped):
    """One run of SIPp with one scenario: one call, unless told otherwise."""

    def __init__(
        self,
        folder: Path,
        scenario: Scenario,
        local: tuple[str, int],
        remote: tuple[str, int],
        *,
        name: str = "sipp",
        transport: str = "u1",
        calls: int = 1,
        seconds: int = 60,
        service: str = "sipp",
    ) -> None:
        self.local = local
        self.folder = folder / f"{name}-{random.getrandbits(32):08x}"
        self.folder.mkdir(parents=True)
        (self.folder / "scenario.xml").write_text(scenario.xml())
        self._calls = f"cue-{random.getrandbits(48):012x}"
        media = free_ports(4, local[0])
        command = [
            "sipp",
            f"{remote[0]}:{remote[1]}",
            "-sf",
            "scenario.xml",
            "-i",
            local[0],
            "-bind_local",
            "-p",
            str(local[1]),
        ]
        command += ["-mi", local[0], "-mp", str(media), "-m", str(calls), "-l", str(calls), "-t", transport, "-nostdin"]
        command += ["-s", service, "-timeout", f"{seconds}s", "-timeout_error", "-cid_str", f"{self._calls}-%u"]
        command += ["-trace_msg", "-message_file", "messages.log", "-message_overwrite", "false"]
        command += ["-trace_err", "-error_file", "errors.log"]
        self.program = Program(name, command, self.folder)
        if transport.startswith("u"):
            until(lambda: listens(local) or not self.program.running(), "SIPp listens")

    def messages(self) -> str:
        """All SIP that was sent and received so far."""
        path = self.folder / "messages.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def received(self, start: str) -> str | None:
        """The last received message whose first line begins so (`BYE`, `SIP/2.0 200` ...)."""
        found = None
        for part in re.split(r"^-{20,}.*$", self.messages(), flags=re.MULTILINE):
            kind, _, text = part.strip().partition("\n")
            if "received" in kind and text.strip().startswith(start):
                found = text.strip()
        return found

    def wait_for(self, start: str, seconds: float = 15.0) -> str:
        """The received message whose first line begins so, now or soon."""
        try:
            return until(lambda: self.received(start), f"{self.program.name} receives {start}", seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.report()}") from None

    def cue(self) -> None:
        """Say the word that the scenario waits for."""
        found = re.search(r"^(?:Call-ID|i)\s*:\s*(\S+)", self.messages(), re.MULTILINE | re.IGNORECASE)
        assert found, f"no call yet\n{self.report()}"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as prompter:
            prompter.bind((self.local[0], 0))
            here = "{}:{}".format(*prompter.getsockname())
            lines = f"""{CUE} sip:sipp@{self.local[0]}:{self.local[1]} SIP/2.0
Via: SIP/2.0/UDP {here};branch=z9hG4bK-cue-{random.getrandbits(32)}
From: <sip:test@{here}>;tag=test
To: <sip:sipp@{self.local[0]}>
Call-ID: {found[1]}
CSeq: {random.getrandbits(16)} {CUE}
Content-Length: 0

"""
            prompter.sendto(lines.replace("\n", "\r\n").encode(), self.local)

    def succeeds(self, seconds: float = 30.0) -> None:
        """Wait for the end; every step must have gone as written."""
        code = self.program.wait(seconds)
        assert code == 0, f"SIPp ended with {code}\n{self.report()}"

    def report(self) -> str:
        """What went over the wire, for a failed test's reader."""
        errors = self.folder / "errors.log"
        return self.messages()[-6000:] + (errors.read_text(errors="replace")[-2000:] if errors.exists() else "")

    def stop(self) -> None:
        """End it."""
        self.program.stop()
