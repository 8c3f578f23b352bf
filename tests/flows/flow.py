"""Whole calls as text: who says what, in which order, and what became of it.

A flow is a file. Its first paragraph says what happens; then each line is a message or something a person does, and
under `---` stands what the exchange keeps of the call. `->` is what a peer says to the box, `<-` what the box must say
to it; a line that begins with a blank goes on with the same peer:

    provider -> INVITE 4930123450       a caller on the trunk; a phone's INVITE carries its credentials
             <- 100
             <- 200
             -> ACK
             hears greeting             what was played since the last time
    1.5 s                               time passes
    provider presses 21                 speaks SECONDS, is-silent SECONDS, was-dialled DIGITS, talks-with PEER
    anna     <- INVITE | From: <sip:+49 a part of the message, after each bar
             -> 200                     with a session description

Every message of the box must stand there; none more, none less.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pbx.sip.message import Message, Request
from pbx.store.rows import CallRecord
from pbx.store.rows import Message as Voice
from tests.exchange.peers import Line, Peer
from tests.exchange.rig import CALLER, Rig


class Differs(AssertionError):
    """The call went another way; the text says in which line of the file."""


class Flow:
    """One file, played."""

    def __init__(self, path: Path) -> None:
        self.path = path
        script, _, kept = path.read_text().partition("\n---\n")
        about, _, script = script.partition("\n\n")
        self.about = " ".join(about.split())
        before = path.read_text()[: path.read_text().index(script)].count("\n")
        self.lines = [(number, line) for number, line in enumerate(script.splitlines(), before + 1)]
        self.kept = dict(line.split(": ", 1) for line in kept.strip().splitlines())
        self.rig: Rig
        self.progress: list[str] = []
        """How a recording by phone goes."""
        self._said: dict[str, deque[tuple[Line, Message]]] = {}
        self._at: dict[str, Line] = {}
        self._hears: dict[str, int] = {}
        self._peer = ""

    async def play(self) -> None:
        """The call and what is left of it; raises Differs."""
        self.rig = Rig()
        opened = False
        for number, text in self.lines:
            line = text.split("   #")[0].rstrip()
            if not line:
                continue
            if not opened and not line.startswith("with "):
                await self._open(())
            if line.startswith("with "):
                await self._open(line.split()[1:])
            opened = True
            try:
                await self._step(line)
            except (AssertionError, StopIteration, LookupError) as error:
                raise Differs(f"{self.path.name}:{number}: {text.strip()}\n{error!r}\n{self._unread()}") from error
        self._end()
        await self.rig.quiet()

    async def _open(self, phones: tuple[str, ...] | list[str]) -> None:
        await self.rig.open(*phones)
        for name, peer in self.rig.peers.items():
            self._said[name] = deque()
            peer.react = self._collect(name)

    def _collect(self, name: str) -> Callable[[Line, Message], None]:
        return lambda line, message: self._said[name].append((line, message))

    def _unread(self) -> str:
        unread = {name: [label(message) for _, message in said] for name, said in self._said.items() if said}
        return f"The box said besides: {unread}; steps: {[step.what for _, step in self.rig.steps]}"

    def _end(self) -> None:
        unread = self._unread()
        assert not any(self._said.values()), f"{self.path.name}: {unread}"
        if self.kept.get("call") == "none":
            assert not self.rig.archive.calls
            return
        record = self.rig.record
        for field, expected in self.kept.items():
            found = self._found(field, record)
            assert found == expected, f"{self.path.name}: {field} is {found!r}"

    def _found(self, field: str, record: CallRecord) -> str:
        match field:
            case "task":
                return ", ".join(f"{task.kind} for {task.extension}" for task in self.rig.archive.tasks) or "none"
            case "steps":
                return " ".join(step.what for step in record.steps)
            case "legs":
                return " ".join(leg.party or "withheld" for leg in record.legs)
            case "messages":
                kept = self.rig.archive.kept
                return ", ".join(f"{round(message.seconds)} s for {message.extension}" for message in kept) or "none"
            case "from":
                return f"{record.from_name} {record.from_}".strip() or "withheld"
        return str(getattr(record, field))

    # -- lines

    async def _step(self, line: str) -> None:
        if pause := re.fullmatch(r"([\d.]+) s", line.strip()):
            await self.rig.settle(float(pause[1]))
            return
        words = line.split()
        if self._arranged(words):
            return
        if self._asked(words):
            await self.rig.settle()
            return
        if not line[0].isspace():
            self._peer, words = words[0], words[1:]
        peer = self.rig.peers[self._peer]
        rest, *options = (part.strip() for part in " ".join(words[1:]).split("|"))
        if words[0] == "<-":
            self._expect(peer, rest, options)
        elif words[0] == "->":
            self._say(peer, rest.split(), options)
            await self.rig.settle()
        else:
            self._do(words[0], rest)
            await self.rig.settle()

    def _arranged(self, words: list[str]) -> bool:
        """Whether the line says how things are, not what happens."""
        rig, archive = self.rig, self.rig.archive
        match words:
            case ["with", *_]:
                pass
            case ["pin", extension, pin]:
                archive.pins[extension] = pin
            case ["message", extension]:
                number = len(archive.kept) + 1
                archive.kept.append(Voice(number, extension, CALLER, "", float(number), 7.0, "m.wav"))
            case ["mailboxes-full"]:
                archive.full = "Full."
            case ["set-timeout", seconds]:
                rig.office = replace(rig.office, media_timeout=float(seconds))
            case ["progress", *expected]:
                assert self.progress == expected, self.progress
            case _:
                return False
        return True

    def _asked(self, words: list[str]) -> bool:
        """Whether the line is what somebody asks for at the page."""
        office, uas = self.rig.office, self.rig.switchboard.router
        match words:
            case ["click", extension, callee, *suffix]:
                person = office.people[extension]
                if (colleague := office.bearer(callee)) is not None:
                    uas.click_to_colleague(person, colleague)
                else:
                    uas.click_to_call(person, callee, "Contact", "".join(suffix))
            case ["record", extension]:
                uas.record(office.people[extension], "Recording", Path("take.wav"), self.progress.append)
            case _:
                return False
        return True

    def _expect(self, peer: Peer, wanted: str, options: list[str]) -> None:
        said = self._said[peer.name]
        assert said, "the box said nothing"
        line, message = said.popleft()
        assert label(message) == wanted, f"it was {label(message)}"
        self._at[peer.name] = line
        text = bytes(message).decode()
        for option in options:
            if option == "no sdp":
                assert not message.body
            else:
                assert option in text, text

    def _say(self, peer: Peer, words: list[str], options: list[str]) -> None:
        sdp: str | None = None
        caller, headers = "", []
        line = self._at.get(peer.name) or peer.line()
        for option in options:
            if option == "no sdp":
                sdp = ""
            elif option.startswith("types "):
                sdp = line.description(types=option.removeprefix("types "))
            elif option.startswith("from "):
                caller = option.removeprefix("from ")
            elif option:
                headers.append(option)
        if words[0] == "INVITE":
            self._at[peer.name] = self.rig.call(peer.name, words[1], *headers, sdp=sdp, caller=caller)
        elif words[0] == "re-INVITE":
            line.ask("INVITE", *headers, body=line.description(words[1], version=len(line.heard)))
        elif words[0] == "ACK":
            line.ack(sdp=line.description() if "sdp" in words else "")
        elif words[0] == "CANCEL":
            line.cancel(*headers)
        elif words[0] == "INFO":
            line.ask("INFO", *headers, body=f"Signal={words[1]}\r\nDuration=160\r\n", kind="application/dtmf-relay")
        elif words[0].isdigit():
            method = words[1] if len(words) > 1 else ""
            line.reply(int(words[0]), *headers, sdp=sdp, method=method)
        else:
            line.ask(words[0], *headers)

    def _do(self, what: str, rest: str) -> None:
        ear = self.rig.endpoint(self._at[self._peer])
        match what:
            case "presses":
                ear.hears(rest)
            case "whistles":
                ear.hears(rest, "tone")
            case "hears":
                before = self._hears.get(self._peer, 0)
                self._hears[self._peer] = len(ear.said)
                assert " ".join(ear.said[before:]) == rest, ear.said[before:]
            case "speaks":
                ear.speaks(float(rest))
            case "is-silent":
                ear.is_silent(float(rest))
            case "was-dialled":
                assert ear.dialled == rest, ear.dialled
            case "talks-with":
                other = self.rig.endpoint(self._at[rest])
                assert (ear.bridge, other.bridge) == (other, ear)
            case _:
                raise AssertionError(f"what is {what!r}?")


def label(message: Message) -> str:
    """A message in one word."""
    return message.method if isinstance(message, Request) else str(message.status)
