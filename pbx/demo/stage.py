"""Where the demo's calls take place: each is placed, printed line by line, and checked when it is over."""

import asyncio
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pbx.box.own_address import shown_host
from pbx.cli.report import visible
from pbx.control.client import ControlError, NotRunning, follow
from pbx.control.protocol import SOCKET
from pbx.daemon.daemon import Daemon
from pbx.demo.premises import NUMBER, DemoOffice
from pbx.demo.provider import RATE, Caller, DemoProvider, sounds
from pbx.demo.scenes import FREQUENCY, Cast, Scene
from pbx.demo.words import say
from pbx.media import wav
from pbx.phone_number import printed
from pbx.seconds import whole
from pbx.store.models import Language

CallEvent = Mapping[str, Any]

KEPT_MESSAGES = 10
"""An endless demo must not fill the disk."""


class Stage:
    """The exchange, the provider and the cast; plays scenes and tells every call, also those of real phones."""

    def __init__(
        self, daemon: Daemon, provider: DemoProvider, cast: Cast, exchange: tuple[str, int], spoken: Language
    ) -> None:
        self.spoken = spoken
        self._daemon = daemon
        self._provider = provider
        self._cast = cast
        self._exchange = exchange
        self._loop = asyncio.get_running_loop()
        self._endings: dict[str, asyncio.Future[CallEvent]] = {}
        self._count = 0
        self._listening = asyncio.Event()
        threading.Thread(target=self._follow, name="follow", daemon=True).start()

    async def listens(self) -> None:
        """Until the first event comes through: nothing that happens from now on is missed."""
        while not self._listening.is_set():
            self._daemon.control.publish({"event": "curtain"})
            await asyncio.sleep(0.05)

    def introduce(self, demo_office: DemoOffice) -> None:
        """Say who is here, and how to take part."""
        office = self._daemon.desk.office
        lines = ["", f"  {say('number', self.spoken)} {printed(NUMBER)}"]
        lines += [f"  {extension}  {office.people[extension].name}" for extension in demo_office.extensions]
        lines.append(
            "  " + say("group", self.spoken, extension=demo_office.group, name=office.groups[demo_office.group].name)
        )
        server = shown_host(self._daemon.address[0])
        account = {
            "server": server,
            "port": str(self._daemon.address[1]),
            "user": demo_office.own.username,
            "password": demo_office.own.password,
        }
        lines += ["", say("own", self.spoken)]
        lines += [f"  {say(key, self.spoken):12}  {value}" for key, value in account.items()]
        lines += ["  " + say("then", self.spoken, extension=demo_office.extensions[0], pin=demo_office.pin)]
        lines += [say("ask", self.spoken, folder=self._daemon.desk.data)]
        print("\n".join(lines), flush=True)

    async def play(self, scene: Scene) -> bool:
        """One call; whether it went as planned."""
        self._count += 1
        number = f"+4930123{self._count % 10000:04}"
        print(
            "\n"
            + say(
                "call", self.spoken, count=self._count, caller=printed(number), plan=scene.plan(self.spoken, self._cast)
            ),
            flush=True,
        )
        ending = self._endings[number] = self._loop.create_future()
        caller = self._provider.call(NUMBER, number, self._exchange)
        faults = await self._went_wrong(scene, caller, ending)
        del self._endings[number]
        for fault in faults:
            self._tell(say("fault", self.spoken, fault=fault))
        caller.ear.unlink(missing_ok=True)
        return not faults

    async def _went_wrong(self, scene: Scene, caller: Caller, ending: asyncio.Future[CallEvent]) -> list[str]:
        """Play the scene to its end; what did not go as announced."""
        try:
            async with asyncio.timeout(120):
                await scene.act(caller, self._cast)
        except TimeoutError:
            caller.hang_up()
            return ["Something that should have happened did not: the caller waited in vain."]
        try:
            async with asyncio.timeout(10):
                record = await ending
                if scene.talks_with is not None:
                    await scene.talks_with(self._cast).is_idle()
        except TimeoutError:
            return ["The call did not come to an end."]
        faults = scene.faults(record, caller, self._cast)
        if scene.outcome == "voicemail":
            faults += await self._message_faults(record)
        elif scene.talks_with is not None and not faults:
            colleague = scene.talks_with(self._cast)
            self._tell(say("both-heard", self.spoken, there=colleague.heard, here=colleague.frequency))
        return faults

    async def _message_faults(self, record: CallEvent) -> list[str]:
        """What is wrong with the message that the call should have left."""
        extension = self._cast.clara.extension
        listed: Any = await self._daemon.do("voicemail list", extension=extension)
        message = next((each for each in listed if each["call"] == record["id"]), None)
        if message is None:
            return ["There is no message."]
        exported: Any = await self._daemon.do("voicemail export", message=message["id"])
        for old in sorted(each["id"] for each in listed)[:-KEPT_MESSAGES]:
            await self._daemon.do("voicemail remove", message=old)
        clip = wav.read(Path(exported["path"]))
        if not sounds(clip.at(RATE), FREQUENCY, 1.5):
            return [f"The caller's {FREQUENCY:.0f} Hz are not in the message."]
        self._tell(say("message-kept", self.spoken, seconds=whole(message["seconds"])))
        return []

    # --- what the exchange tells ----------------------------------------------------------------------------------

    def _follow(self) -> None:
        """In a thread: hear of everything that happens, over the control socket."""
        try:
            for event in follow(self._daemon.desk.data / SOCKET):
                self._loop.call_soon_threadsafe(self._happened, event)
        except (NotRunning, ControlError, RuntimeError):
            return

    def _happened(self, event: CallEvent) -> None:
        self._listening.set()
        if event.get("event") == "step":
            self._tell(f"{printed(str(event['from']))} {event['words']}" if event["from"] else str(event["words"]))
        elif event.get("event") == "ended":
            record = event["record"]
            self._tell(f"=> {record['story']}")
            ending = self._endings.get(record["from"])
            if ending is not None and not ending.done():
                ending.set_result(record)

    def _tell(self, line: str) -> None:
        print(f"  {time.strftime('%H:%M:%S')}  {visible(line)}", flush=True)
