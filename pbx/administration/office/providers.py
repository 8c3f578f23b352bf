"""Providers of telephone lines, by country: what their letters call the fields, and what else a trunk needs.

Only facts that the providers, or those who run their lines, have published. A provider that is not listed is “another
provider”; its letter says the rest.
"""

import re
from dataclasses import dataclass
from typing import Any, Literal

import phonenumbers
from phonenumbers import PhoneNumberFormat

from pbx.administration.desk.desk import Desk
from pbx.exchange.dialling.emergency import is_valid
from pbx.exchange.dialling.numbers import BadNumber, to_e164
from pbx.sentence import Sentence, said
from pbx.store.models import Office, Trunk

Shown = dict[str, Any]
Spelling = Literal["", "+49", "49", "30"]
"""How an account that is a telephone number is written: all of +49 30 123, without the plus, without the country.
Empty: as the letter has it."""

OTHER = "other"
BOX = "box"


@dataclass(frozen=True, slots=True)
class Provider:
    """One offer of a provider."""

    key: str
    name: str
    country: str
    """ISO 3166 code; empty: anywhere."""
    domain: str
    """`{server}` stands for what only the customer's letter knows."""
    account: str = ""
    """What the letter calls the account; empty: not known."""
    password: str = ""
    example: str = ""
    """What an account looks like."""
    spelling: Spelling = ""
    login: str = ""
    """What the letter calls a name to log in with that is not the account; empty: there is none."""
    server: str = ""
    """What the letter calls the server, when each customer has one of their own; empty: it is known."""
    server_example: str = ""
    proxy: str = ""
    transport: Literal["", "udp", "tcp", "tls"] = ""
    trunk: str = ""
    """What a trunk of theirs is called here, if the provider's name has characters a trunk's may not have."""
    notes: tuple[Sentence, ...] = ()
    """What the customer should know or do before."""
    lacks: Sentence | None = None
    """Why it cannot be used yet."""


ENCRYPTED = Sentence(
    "This provider only accepts encrypted calls, which this version of the box does not support yet. A tariff of"
    " the same provider that does not require encryption works, and so does the provider's own router."
)
SHOWN_BY_PROVIDER = Sentence(
    "On outgoing calls, this provider only shows numbers you have with it, and replaces any others."
)
IN_CUSTOMER_AREA = Sentence(
    "The user name and password for telephony are in the provider's customer portal. They differ from the ones you"
    " use to log in there."
)
OWN_LINE_ONLY = Sentence("This only works over the same provider's internet connection.")

PROVIDERS: dict[str, Provider] = {
    provider.key: provider
    for provider in (
        Provider(
            "easybell", "easybell", "DE", "voip.easybell.de",
            "SIP-Benutzername", "SIP-Passwort", notes=(IN_CUSTOMER_AREA,),
        ),
        Provider(
            "sipgate-trunk", "sipgate trunk", "DE", "sipconnect.sipgate.de",
            "SIP-ID", "SIP-Passwort", "1234567t0", notes=(IN_CUSTOMER_AREA, SHOWN_BY_PROVIDER),
        ),
        Provider(
            "sipgate", "sipgate (basic, team)", "DE", "sipgate.de",
            "SIP-ID", "SIP-Passwort", "1234567e0", notes=(IN_CUSTOMER_AREA,), trunk="sipgate",
        ),
        Provider(
            "telekom-sip-trunk", "Telekom DeutschlandLAN SIP-Trunk", "DE", "sip-trunk.telekom.de",
            "Registrierungsrufnummer", "Passwort", "+4930123450", "+49",
            proxy="reg.sip-trunk.telekom.de", transport="tcp", notes=(SHOWN_BY_PROVIDER,), trunk="Telekom",
        ),
        Provider(
            "telekom-companyflex", "Telekom CompanyFlex", "DE", "tel.t-online.de",
            "Registrierungsrufnummer", "Passwort", "+49199296000000123456",
            server="Outbound-Proxy", server_example="123456789012.primary.companyflex.de",
            proxy="{server}", transport="tcp",
            notes=(
                OWN_LINE_ONLY,
                Sentence("Over any other connection this provider only accepts encrypted calls, which the box does"
                         " not support yet."),
            ),
        ),
        Provider(
            "telekom", "Telekom MagentaZuhause", "DE", "tel.t-online.de",
            "Rufnummer", "Passwort", "+4930123456", "+49", "E-Mail-Adresse",
            notes=(OWN_LINE_ONLY,), trunk="Telekom",
        ),
        Provider(
            "1und1", "1&1", "DE", "sip.1und1.de",
            "Rufnummer", "Telefoniepasswort", "4930123456", "49", notes=(IN_CUSTOMER_AREA,), trunk="1und1",
        ),
        Provider(
            "vodafone", "Vodafone", "DE", "{server}",
            "SIP-Benutzername", "SIP-Passwort", server="Registrar", server_example="0211.sip.arcor.de",
            notes=(IN_CUSTOMER_AREA,),
        ),
        Provider(
            "netcologne", "NetCologne, NetAachen", "DE", "sip.netcologne.de",
            "Rufnummer", "Passwort", "221123456", "30", notes=(IN_CUSTOMER_AREA,), trunk="NetCologne",
        ),
        Provider(
            "plusnet", "Plusnet IPfonie extended connect", "DE", "sipconnect.ipfonie.de", trunk="Plusnet",
        ),
        Provider("plusnet-basic", "Plusnet IPfonie basic, extended", "DE", "sip.ipfonie.de", trunk="Plusnet"),
        Provider("dus", "dus.net", "DE", "proxy.dus.net", example="000387123456"),
        Provider("a1", "A1 over IP", "AT", "a1.net", proxy="sip.a1.net"),
        Provider("peoplefone", "peoplefone", "CH", "sips.peoplefone.ch"),
        Provider("sipcall", "sipcall business", "CH", "business1.voipgateway.org",
                 password="VoIP-Passwort"),
        Provider("swisscom", "Swisscom", "CH", "", lacks=ENCRYPTED),
        Provider("aaisp", "Andrews & Arnold", "GB", "voiceless.aa.net.uk", example="+441234567890", trunk="AAISP"),
        Provider("voipfone", "Voipfone", "GB", "sip.voipfone.net", "Account number", "Phone password", "30999999"),
        Provider("ovh", "OVH", "FR", "sip3.ovh.fr", example="0033123456789"),
        Provider("telnyx", "Telnyx", "US", "sip.telnyx.com", "SIP username", "SIP password"),
        Provider(
            BOX, "FRITZ!Box", "", "{server}", "Benutzername", "Kennwort",
            server="FRITZ!Box", server_example="fritz.box", trunk="FRITZ-Box",
            notes=(
                Sentence(
                    "In the FRITZ!Box, open Telephony, then Telephony Devices, and add a telephone of the type"
                    " LAN/WLAN (IP telephone). The user name and password you choose there go in here."
                ),
                Sentence("Set this telephone to answer the office's number there. All calls to that number then"
                         " reach this box."),
            ),
        ),
        Provider(OTHER, "", "", "{server}", "", "", server="Registrar"),
    )
}  # fmt: skip
"""By key, in the order people are offered them."""


def listing(desk: Desk) -> list[Shown]:
    """All: those of the office's country, then a box in one's own network and any other, then those abroad."""
    home = desk.office.country
    order = sorted(
        PROVIDERS.values(), key=lambda each: (each.country not in (home, ""), each.country != home, each.country)
    )
    return [view(provider) for provider in order]


def view(provider: Provider) -> Shown:
    """A provider as JSON: what to ask for, in the words of its letter."""
    return {
        "key": provider.key,
        "name": provider.name,
        "country": provider.country,
        "account": provider.account,
        "password": provider.password,
        "example": provider.example,
        "login": provider.login,
        "server": provider.server,
        "server_example": provider.server_example,
        "notes": [said(note) for note in provider.notes],
        "lacks": said(provider.lacks) if provider.lacks else None,
    }


def of(trunk: Trunk) -> Provider:
    """The provider that a trunk was set up from."""
    return PROVIDERS.get(trunk.provider, PROVIDERS[OTHER])


def trunk_name(provider: Provider, server: str, taken: list[str]) -> str:
    """A free name for one more trunk at the provider; the server's name if the provider is not in the list."""
    name = provider.trunk or provider.name or _host(server) or "Provider"
    lower = {each.lower() for each in taken}
    return next(
        each for each in [name, *(f"{name} {n}" for n in range(2, len(taken) + 3))] if each.lower() not in lower
    )


def _host(server: str) -> str:
    """HOST[:PORT] without its port, in signs that a trunk's name may have, with room for a number behind it."""
    found = re.fullmatch(r"\[?(?P<host>.*?)\]?(:[0-9]+)?", server.strip(), re.ASCII | re.DOTALL)
    return re.sub("[^A-Za-z0-9.-]+", "-", found["host"] if found else "").strip("-.")[:36].rstrip("-.")


def account(provider: Provider, typed: str, office: Office) -> str:
    """The account as the provider wants it: a telephone number may be typed in any way, or as the letter has it."""
    plain = re.sub(r"\s", "", typed).removeprefix("sip:").partition("@")[0]
    if not provider.spelling or _is_spelt(provider, plain):
        return plain
    try:
        number = to_e164(typed, office)
    except BadNumber:
        return plain
    if provider.spelling == "30":
        national = phonenumbers.format_number(phonenumbers.parse(number), PhoneNumberFormat.NATIONAL)
        return re.sub(r"\D", "", national).lstrip("0")
    return number if provider.spelling == "+49" else number[1:]


def _is_spelt(provider: Provider, plain: str) -> bool:
    """Whether it is digits as the letter has them, not a number as people write it."""
    if not re.fullmatch("[1-9][0-9]*", plain, re.ASCII) or provider.spelling == "+49":
        return False
    if provider.spelling == "30":
        return True
    code = str(phonenumbers.country_code_for_region(provider.country))
    return plain.startswith(code) and is_valid(f"+{plain}", provider.country)


def server_of(provider: Provider, trunk: Trunk) -> str:
    """What was filled in for `{server}`."""
    for pattern, value in ((provider.domain, trunk.domain), (provider.proxy, trunk.proxy)):
        if pattern == "{server}":
            return value
    return ""
