"""From the unpacked box to the first answered call from outside, as a newcomer does it: with the browser alone."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.office import Office
from tests.browser.pressing import missed
from tests.peers.baresip import Baresip
from tests.peers.kamailio import Kamailio
from tests.peers.programs import until
from tests.peers.sipp import Caller, Sipp, sdp
from tests.peers.tones import heard
from tests.peers.voice import Voice

LINE = "+493012400"
TRADE = re.compile(r"\b(SIP|trunk|registrar|proxy|codec|DTMF|RTP|peer|AOR|UDP|TCP)\b", re.IGNORECASE)
"""Technical terms that a newcomer must never meet on the way."""


def test_a_newcomer_gets_to_the_first_answered_call(visit: Visit, empty_office: Office) -> None:
    office = empty_office
    with Kamailio(office.folder) as provider:
        page = visit(office).page
        first_visit(page, office)
        line(page, provider)
        people(page)
        numbers(page)
        greeting(page)
        username, password = phones(page)
        with Baresip(office.folder, office.address, user=username, password=password, tone=440) as phone:
            phone.registered()
            page.goto("/wizard/test")
            expect(page.locator("main")).to_contain_text("12400")
            the_call(page, office, provider, phone)
    assert office.call()["outcome"] == "answered"


def first_visit(page: Page, office: Office) -> None:
    """Whatever is opened leads to the first page; the code of the box opens it."""
    page.goto("/")
    expect(page.locator("h1")).to_have_text("Welcome")
    plain(page)
    page.get_by_label("Code", exact=True).fill("AAAAAAAAAA")
    page.get_by_label("Your name").fill("Petra Chefin")
    page.get_by_label("Password", exact=True).fill("Lamm-Regen-7-Kupfer")
    page.get_by_label("Language", exact=False).select_option("en")
    page.get_by_label("Country").select_option("DE")
    page.get_by_label("Phone number of the office").fill("030 12400")
    page.get_by_role("button", name="Get started").click()
    expect(page.locator(".field .error").first).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_value("Petra Chefin")
    page.get_by_label("Code", exact=True).fill(office.ask("code show")["code"])
    page.get_by_label("Password", exact=True).fill("Lamm-Regen-7-Kupfer")
    page.get_by_role("button", name="Get started").click()
    page.wait_for_url("**/wizard/**")


def line(page: Page, provider: Kamailio) -> None:
    """This test's provider is not in the list, whose products have the names that providers gave them."""
    page.goto("/wizard/line/other")
    page.get_by_label("Registrar").fill(provider.domain)
    page.get_by_label("SIP user name").fill(provider.user)
    page.get_by_label("SIP password").fill(provider.password)
    page.get_by_label("Outbound proxy").fill("{}:{}".format(*provider.address))
    page.get_by_label("Transport").select_option("udp")
    page.get_by_role("button", name="Connect").click()
    expect(page.locator("#lines .lamp")).to_have_class(re.compile("free"))
    page.get_by_role("button", name="Continue").click()


def people(page: Page) -> None:
    """A pasted list: extensions appear."""
    plain(page)
    page.get_by_label("Names").fill("Petra Chefin\nMax Muster; 47\n")
    page.get_by_role("button", name="Show preview").click()
    expect(page.locator("main li", has_text="Max Muster")).to_contain_text("47")
    page.get_by_role("button", name="Add people").click()
    page.wait_for_url("**/wizard/numbers")


def numbers(page: Page) -> None:
    """The number from the first page is there already."""
    plain(page)
    expect(page.get_by_label("Your phone numbers")).to_have_value(re.compile("12400"))
    page.get_by_role("button", name="Save and continue").click()
    page.wait_for_url("**/wizard/greeting")


def greeting(page: Page) -> None:
    """Listen to the proposed text before saving it."""
    plain(page)
    text = page.get_by_label("Type what callers will hear")
    text.fill("Hello. Please dial the extension now, we will connect you at once, and thank you for calling us today.")
    page.get_by_role("button", name="Listen").click()
    until(lambda: page.evaluate("[...document.querySelectorAll('audio')].some(a => a.duration > 2)"), "it is spoken")
    page.get_by_role("button", name="Save and continue").click()
    page.wait_for_url("**/wizard/phones", timeout=20_000)


def phones(page: Page) -> tuple[str, str]:
    """Make everybody's account; read Max's off the card."""
    plain(page)
    page.get_by_role("button", name=re.compile("^Create . cards$")).click()
    card = page.locator("#cards .card", has_text="Max Muster")
    expect(card.locator("figure.qr svg")).to_be_visible()
    _, username, password, _ = card.locator("dd code").all_inner_texts()
    return username, password


def the_call(page: Page, office: Office, provider: Kamailio, phone: Baresip) -> None:
    """Somebody calls from outside; the page tells what happens."""
    page.evaluate("window.here = true")
    with Voice(provider.outside[0], 700) as voice:
        caller = Caller(LINE, "+491701234567", sdp(voice.host, voice.port))
        with Sipp(office.folder, caller.talks(), provider.outside, provider.address, name="caller") as sipp:
            until(voice.hears, "the greeting is heard")
            expect(page.locator("#trial .story")).to_contain_text("greeting")
            voice.dial("47")
            phone.wait("CALL_INCOMING")
            phone.answer()
            until(lambda: heard(*voice.heard(), 440), "the caller hears the phone")
            until(lambda: heard(*phone.heard(), 700), "the phone hears the caller")
            expect(page.locator("#trial .story")).to_contain_text("47")
            sipp.cue()
            sipp.succeeds()
    expect(page.locator("#trial .notice.good")).to_be_visible()
    assert page.evaluate("window.here === true"), "it was told without reloading"


def plain(page: Page) -> None:
    """Check that no technical term is visible, and that everything on the page can be pressed."""
    assert missed(page) == []
    found = TRADE.search(page.locator("main").inner_text())
    assert found is None, f"“{found[0]}” on {page.url}" if found else ""
