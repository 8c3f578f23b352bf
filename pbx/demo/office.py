"""`durchwahl demo`: a real exchange, its desk phones and its callers, printed at the terminal as they happen."""

import argparse
import asyncio
import contextlib
import errno
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from itertools import cycle, islice
from pathlib import Path

from pbx.control.protocol import Refused
from pbx.daemon.daemon import Daemon
from pbx.daemon.web_process import DEFAULT, WebProcess, command, next_free
from pbx.daemon.welcome import invitation, language, logins
from pbx.demo.colleague import Colleague, PhoneFailed
from pbx.demo.premises import DemoOffice, NotTheDemo, admit, furnish
from pbx.demo.provider import DemoProvider
from pbx.demo.scenes import SCENES, Cast
from pbx.demo.stage import Stage
from pbx.demo.words import say
from pbx.store.errors import FolderError
from pbx.store.models import Language, Office

PORTS_TRIED = 20
PAUSE = 6.0
"""Seconds between two calls when nobody counts them."""
AGAIN = 5
"""After so many calls it is printed again where the page is, and how one gets in: the terminal has moved on."""
DESKS = (("Anna", 440.0, 2.0), ("Ben", 523.0, 3.5), ("Clara", 0.0, None))
"""Name, what the phone hums (Hz), seconds until it answers."""


def run(options: argparse.Namespace) -> int:
    """Run the demo until Ctrl-C, or `options.calls` calls; the exit code: 0 if each call went as planned."""
    try:
        with contextlib.ExitStack() as stack:
            folder = options.data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="durchwahl-demo-")))
            return asyncio.run(_run(folder, options))
    except NotTheDemo:
        print(say("not-ours", language(), folder=options.data), file=sys.stderr)
        return 2
    except (FolderError, Refused) as error:
        print(error, file=sys.stderr)
        return 2
    except PhoneFailed as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename or 'The demo'}: {error.strerror or error}", file=sys.stderr)
        return 1


async def _run(data: Path, options: argparse.Namespace) -> int:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    calls = options.calls
    async with _open(data, options) as (stage, page):
        work = asyncio.create_task(_perform(stage, calls, page))
        waiting = asyncio.create_task(stopped.wait())
        await asyncio.wait((work, waiting), return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not work.done():
            work.cancel()
            await asyncio.wait((work,))
            return 0 if calls is None else 1
        return work.result()


async def _perform(stage: Stage, calls: int | None, page: str) -> int:
    """Scene after scene, and now and then where the page is; how many went wrong, as an exit code."""
    good = count = 0
    for scene in islice(cycle(SCENES), calls):
        if count and count % AGAIN == 0:
            print(f"\n{page}", flush=True)
        count += 1
        good += await stage.play(scene)
        await asyncio.sleep(PAUSE if calls is None else 0.5)
    print("\n" + say("tally", stage.spoken, good=good, count=count), flush=True)
    return 0 if good == count else 1


@contextlib.asynccontextmanager
async def _open(data: Path, options: argparse.Namespace) -> AsyncIterator[tuple[Stage, str]]:
    """Everything, running: provider, exchange, desk phones, page; and the lines that ask people to the page.

    What was started is stopped in reverse order.
    """
    spoken = language()
    print(say("title", spoken), flush=True)
    async with contextlib.AsyncExitStack() as stack:
        ears = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="durchwahl-ears-")))
        provider = DemoProvider(ears)
        await provider.start()
        stack.push_async_callback(provider.stop)
        daemon, demo_office = await _start(data, options.sip, options.rtp, spoken, provider.address)
        stack.push_async_callback(daemon.stop)
        host = "127.0.0.1" if daemon.address[0] in ("0.0.0.0", "::") else daemon.address[0]
        exchange = (host, daemon.address[1])
        colleagues = [
            Colleague(name, extension, frequency, after)
            for (name, frequency, after), extension in zip(DESKS, demo_office.extensions, strict=True)
        ]
        for index, (colleague, account) in enumerate(zip(colleagues, demo_office.accounts, strict=True)):
            stack.push_async_callback(colleague.stop)
            log = ears / f"{colleague.name}.log"
            await colleague.start(exchange, f"127.0.0.{11 + index}", account.username, account.password, log)
        anna, ben, clara = colleagues
        cast = Cast(anna, ben, clara, demo_office.group, _nobody(daemon.desk.office))
        stage = Stage(daemon, provider, cast, exchange, spoken)
        await stage.listens()
        stage.introduce(demo_office)
        web = next_free(options.web or DEFAULT)
        page = WebProcess(command(data, web, options.allow_all))
        page.start()
        stack.push_async_callback(page.stop)
        accounts = await asyncio.to_thread(admit, daemon.desk, spoken, demo_office)
        invited = f"{invitation(web, spoken)}\n{logins(accounts, spoken)}"
        print(f"\n{invited}", flush=True)
        yield stage, invited


async def _start(
    data: Path, sip: tuple[str, int] | None, rtp: tuple[int, int], spoken: Language, peer: tuple[str, int]
) -> tuple[Daemon, DemoOffice]:
    """The exchange at the wanted port, or at the next one that is free."""
    host, port = sip or ("0.0.0.0", 5060)
    for wanted in range(port, port + PORTS_TRIED):
        daemon = Daemon(data, (host, wanted), rtp)
        try:
            demo_office = furnish(daemon.desk, spoken, peer)
            await daemon.start()
            return daemon, demo_office
        except BaseException as error:
            daemon.close()
            if not isinstance(error, OSError) or error.errno != errno.EADDRINUSE or wanted == port + PORTS_TRIED - 1:
                raise
        print(say("taken", spoken, port=wanted, next=wanted + 1), flush=True)
    raise AssertionError("unreachable")


def _nobody(office: Office) -> str:
    """A three-digit extension that nobody has, and that is no emergency number."""
    taken = {*office.people, *office.groups}
    return next(str(number) for number in range(299, 200, -1) if str(number) not in taken)
