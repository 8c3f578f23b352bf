"""What a softphone gets: its account as the file Linphone fetches, and codes for a camera."""

import io
from typing import Any
from urllib.parse import quote

from webui.later import segno, xml
from webui.request import Request
from webui.serving import access_rule
from webui.views import Html

NAMESPACE = "http://www.linphone.org/xsds/lpconfig.xsd"
"""A name, not an address: nothing is fetched from there."""


def provisioning(account: dict[str, Any]) -> bytes:
    """The account as Linphone's remote provisioning wants it: sections and entries of its own settings file."""
    user, domain = account["username"], account["domain"]
    host = domain.rpartition(":")[0] if _has_port(domain) else domain
    sections = {
        "misc": {"transient_provisioning": "1", "config-uri": ""},  # the address does not work a second time
        "sip": {"default_proxy": "0"},
        "proxy_0": {
            "reg_proxy": f"<sip:{domain};transport=tcp>",
            "reg_identity": f'"{_quoted(account["name"])}" <sip:{user}@{domain}>',
            "reg_expires": "600",
            "reg_sendregister": "1",
            "publish": "0",
        },
        "auth_info_0": {"username": user, "passwd": account["password"], "domain": host},
    }
    root = xml.Element("config", {"xmlns": NAMESPACE})
    for name, entries in sections.items():
        section = xml.SubElement(root, "section", {"name": name})
        for key, value in entries.items():
            xml.SubElement(section, "entry", {"name": key, "overwrite": "true"}).text = value
    return bytes(xml.tostring(root, "utf-8", xml_declaration=True))


def sip_address(account: dict[str, Any]) -> str:
    """The account as a SIP URI with its password (RFC 3261, 19.1.1), for softphones that scan one."""
    return f"sip:{account['username']}:{account['password']}@{account['domain']}"


def ticket_address(request: Request, token: str, domain: str) -> str:
    """Where a device in the local network fetches the account: by HTTP, as it cannot know our own certificate."""
    name = access_rule.host_name(request.http.get_header("Host", "")) or ""
    address = access_rule.address(name)
    if name == "localhost" or (address is not None and address.is_loopback):
        name = domain.rpartition(":")[0].strip("[]") if _has_port(domain) else domain.strip("[]")
    name = f"[{name}]" if ":" in name else name
    port = request.site.port if request.secure else int(request.http.environ.get("SERVER_PORT") or 80)
    return f"http://{name}{'' if port in (80, None) else f':{port}'}/softphone/{quote(token)}"


def code(text: str, title: str) -> Html:
    """A QR code as a drawing: dark on light in every colour scheme, as cameras want it."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        drawn, kind="svg", scale=5, border=4, dark="#000", light="#fff", xmldecl=False, svgns=False, title=title,
        svgclass="code-drawing", lineclass=None, omitsize=True,
    )  # fmt: skip
    return Html(drawn.getvalue().decode().replace("<svg ", '<svg role="img" ', 1))


def _has_port(domain: str) -> bool:
    return ":" in domain.rpartition("]")[2]


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')
