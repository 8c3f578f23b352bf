"""Which registrations are of one device (RFC 5626, 4.1 and 6; RFC 3261, 10.3 and 19.1.4)."""

from enum import Enum
from functools import lru_cache
from ipaddress import ip_address

from pbx.sip.address import Address
from pbx.sip.uri import Uri
from pbx.store.rows import Binding

LONGEST_INSTANCE = 128
"""Characters of an instance-id that are kept; a longer one is none (a urn:uuid has 45)."""


class Kin(Enum):
    """What an older binding of an account is to a newer one."""

    SAME = "the same device: the newer one stands in its place"
    PERHAPS = "a device that came back at another port, or two that look alike: it must be asked"
    OTHER = "another device"


def instance_of(contact: Address) -> tuple[str, str]:
    """Instance-id and reg-id of a Contact (RFC 5626, 4.1 and 4.2); empty where there is none.

    A UUID is the same in capitals, and quotes belong to the header, not to the id.
    """
    instance = (contact.param("+sip.instance") or "").strip('"').lower()
    if not instance:
        return "", ""
    reg_id = contact.param("reg-id") or ""
    if len(instance) > LONGEST_INSTANCE:
        return "", ""
    return instance, reg_id if reg_id.isascii() and reg_id.isdigit() and len(reg_id) <= 10 else ""


def kin(old: Binding, old_uri: Uri, new: Binding, new_uri: Uri) -> Kin:
    """What `old` is to `new`, a binding of the same account that was asked for later."""
    same_uri = old.contact == new.contact or old_uri.matches(new_uri)
    if old.instance and old.instance == new.instance:
        flows = old.reg_id and new.reg_id and old.reg_id != new.reg_id  # one device may keep several (RFC 5626, 4.2)
        return Kin.OTHER if flows else Kin.SAME
    if old.instance and new.instance:  # the same private address in two homes, or one phone after a factory reset
        return Kin.SAME if same_uri and old.remote[0] == new.remote[0] else Kin.OTHER
    if same_uri:
        return Kin.SAME
    at_once = (old.transport, old.remote) == (new.transport, new.remote)
    anew = at_once and old.call_id != new.call_id
    if old_uri.user != new_uri.user:
        return Kin.SAME if anew and _place(old_uri) == _place(new_uri) else Kin.OTHER
    if _place(old_uri) == _place(new_uri):
        return Kin.SAME
    if old_uri.host != new_uri.host or (at_once and not anew):
        return Kin.OTHER
    if anew:
        return Kin.SAME
    # two phones behind one NAT may both name its address, but each says its own in the Via
    return Kin.OTHER if old.sent_by and new.sent_by and old.sent_by != new.sent_by else Kin.PERHAPS


def _place(uri: Uri) -> tuple[object, int]:
    """Where a URI sends to: there an absent port is the usual one (RFC 3261, 19.1.2), and spelling does not matter."""
    secure = uri.scheme == "sips" or (uri.param("transport") or "").lower() == "tls"
    return _address(uri.host) or uri.host, uri.port or (5061 if secure else 5060)


def came_through_nat(binding: Binding) -> bool:
    """Whether the REGISTER came over UDP from another address than the phone gave as its own, in Contact or Via.

    A name tells nothing. Who came by a proxy (Path, RFC 3327) is the proxy's to keep.
    """
    if binding.transport != "udp" or binding.path:
        return False
    seen = binding.remote[0]
    return _is_elsewhere(binding.sent_by, seen) or _is_elsewhere(Uri.parse(binding.contact).host, seen)


def _is_elsewhere(said: str, seen: str) -> bool:
    return said != seen and _address(said) not in (None, _address(seen))


@lru_cache(1024)
def _address(host: str) -> object:
    """An address, however it is written; None for a name."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None
