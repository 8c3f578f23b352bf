"""The running exchange needs a data folder, and nothing of the administration: it takes a call without it."""

from pathlib import Path

from tests.daemon.test_start import among, loaded

CALLED = """
import asyncio, socket, sys
from pathlib import Path

from pbx.daemon.wiring import Exchange
from pbx.exchange.story import story
from pbx.store.folder import open_folder
from pbx.store.models import Number, Office, Person, Trunk

HERE, PROVIDER = "127.0.0.66", "127.0.0.67"
SDP = (
    "v=0\\r\\no=- 1 1 IN IP4 127.0.0.67\\r\\ns=-\\r\\nc=IN IP4 127.0.0.67\\r\\nt=0 0\\r\\n"
    "m=audio 20490 RTP/AVP 8\\r\\n"
)
HEAD = (
    "Via: SIP/2.0/UDP 127.0.0.67:{port};branch=z9hG4bK{cseq}\\r\\nMax-Forwards: 70\\r\\nCall-ID: one\\r\\n"
    "From: <sip:+4930999@127.0.0.67>;tag=1\\r\\nTo: <sip:+4930123450@127.0.0.66>{tag}\\r\\nCSeq: {cseq} {method}\\r\\n"
)
INVITE = (
    "INVITE sip:+4930123450@127.0.0.66 SIP/2.0\\r\\n{head}Contact: <sip:127.0.0.67:{port}>\\r\\n"
    "Content-Type: application/sdp\\r\\nContent-Length: {length}\\r\\n\\r\\n{sdp}"
)
BYE = "BYE sip:127.0.0.66 SIP/2.0\\r\\n{head}Content-Length: 0\\r\\n\\r\\n"

async def answer(provider, wanted):
    while True:
        got = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(provider, 65536), 20)
        if got.startswith(b"SIP/2.0 ") and got[8:11] >= b"200" and wanted in got:
            assert got[8:11] == b"200", got
            return got.decode()

async def main():
    folder = open_folder(Path(sys.argv[1]), story)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as provider:
        provider.setblocking(False)
        provider.bind((PROVIDER, 0))
        port = provider.getsockname()[1]
        trunk = Trunk("provider", peer=f"{PROVIDER}:{port}")
        number = Number("+4930123450", trunk="provider", to=("21",), extensions="all")
        people = {"21": Person("21", "Anna")}
        folder.settings.save(Office(people=people, trunks={"provider": trunk}, numbers={number.e164: number}))
        ended = asyncio.Event()
        exchange = Exchange(folder, (20400, 20499), lambda call, step: None, lambda record: ended.set())
        there = await exchange.start((HERE, 0))
        while not exchange.trunks.is_trunk_host(PROVIDER):
            await asyncio.sleep(0)
        head = HEAD.format(port=port, cseq=1, tag="", method="INVITE")
        provider.sendto(INVITE.format(head=head, port=port, length=len(SDP), sdp=SDP).encode(), there)
        line = next(line for line in (await answer(provider, b"INVITE")).split("\\r\\n") if line.startswith("To:"))
        head = HEAD.format(port=port, cseq=2, tag=line[line.index(";"):], method="BYE")
        provider.sendto(BYE.format(head=head).encode(), there)
        await answer(provider, b"BYE")
        await asyncio.wait_for(ended.wait(), 20)
        await exchange.stop()
    [record] = folder.records.calls()
    assert (record.from_, record.to, record.trunk) == ("+4930999", "+4930123450", "provider"), record
    folder.close()
    print(*sys.modules)

asyncio.run(main())
"""


def test_an_exchange_takes_a_call_and_writes_it_down_without_the_administration(tmp_path: Path) -> None:
    unwanted = {"pbx.administration": "the exchange needs a folder only", "pbx.control": "nobody gives a command"}
    assert among(loaded(CALLED, str(tmp_path / "data")), unwanted) == {}
