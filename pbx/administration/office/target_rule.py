"""Where a trunk may lead: anywhere but back into the box.

What somebody writes into a trunk's address fields must not make the box talk to itself, where services trust their own
machine, or to link-local addresses, which belong to the network's equipment. So for everybody who comes over the web
page an address there is refused; whoever may open the control socket owns the machine and may write any address. A name
means what DNS says at each look-up, so its addresses are sifted there, whoever wrote it. An exchange that itself
listens on loopback only, as in the demo office and in tests, is in a world of its own: there loopback is the network.
"""

from pbx.administration.desk.desk import Desk
from pbx.administration.desk.live import Live
from pbx.box.forbidden import is_forbidden, is_loopback
from pbx.control.protocol import Refused
from pbx.sentence import Sentence
from pbx.sip.transport.hop import is_address
from pbx.store.hosts import host_port


def check(desk: Desk, text: str, field: str) -> None:
    """Whether a trunk may lead to this HOST[:PORT]; what is none is left to the settings' own rules. Raises Refused."""
    found = host_port(text)
    if found is None or desk.actor.role == "root":
        return
    host = found[0].rstrip(".").lower()
    is_name = not is_address(host)
    within = host == "localhost" or host.endswith(".localhost") if is_name else is_forbidden(host)
    if within and not (listens_on_loopback(desk.live) and (is_name or is_loopback(host))):
        raise Refused(
            Sentence("{host} is the box itself or an address that cannot belong to a provider.", host=found[0]),
            field=field,
        )


def listens_on_loopback(live: Live | None) -> bool:
    """Whether the running exchange can be reached from this machine only."""
    places = live.status().get("sip", ()) if live else ()
    hosts = [str(place).rpartition(" ")[2].rpartition(":")[0].strip("[]") for place in places]
    return bool(hosts) and all(is_loopback(host) for host in hosts)
