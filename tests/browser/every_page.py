"""Every page there is, for those who look at all of them: accessibility, the narrow screen, the screenshots."""

from __future__ import annotations

from tests.browser.office import CALLER, NUMBER, Office
from tests.peers.sipp import Caller, Sipp

VISITORS = {"login": "/login"}
"""Pages without an account, by the name of their picture."""

ADMINS = {
    "now": "/now",
    "mine": "/mine",
    "tasks": "/tasks",
    "messages": "/messages",
    "people": "/people",
    "person": "/people/21",
    "leaver": "/people/23/leave",
    "groups": "/groups",
    "group": "/groups/30",
    "phones": "/phones",
    "numbers": "/numbers",
    "number": f"/numbers/{NUMBER}",
    "greetings": "/greetings",
    "trunks": "/trunks",
    "trunk": "/trunks/amt",
    "contacts": "/contacts",
    "history": "/history",
    "call": "/calls/{call}",
    "doctor": "/doctor",
    "changes": "/changes",
    "backup": "/backup",
    "update": "/update",
    "office": "/office",
    "access": "/access",
    "own-access": "/access/own",
    "privacy": "/privacy",
    "wizard": "/wizard",
}
"""An admin's pages."""

BEHIND = {
    "person-paste": "/people/paste",
    "phone": "/phones/{phone}",
    "number-new": "/numbers/new",
    "greeting": f"/greetings/number/{NUMBER}",
    "providers": "/providers",
    "provider": "/providers/other",
    "trunk-new": "/providers/peer",
    "task-give": "/tasks/1/give",
    "contact": "/contacts/edit?name=Dr.+Meier",
    "contact-new": "/contacts/new",
    "contacts-import": "/contacts/import",
    "account": "/access/account?name=bob",
    "pin": "/mine/pin",
    "announcement": "/mine/announcement",
    "about": "/about",
    "trust": "/trust",
    "wizard-line": "/wizard/line",
    "wizard-provider": "/wizard/line/other",
    "wizard-people": "/wizard/people",
    "wizard-numbers": "/wizard/numbers",
    "wizard-greeting": "/wizard/greeting",
    "wizard-phones": "/wizard/phones",
    "wizard-test": "/wizard/test",
}
"""An admin's pages that a button of another one leads to."""

USERS = ("mine", "now", "tasks", "messages", "contacts", "history", "own-access")
"""Those of them that are everybody's."""


def missed_call(office: Office) -> str:
    """A call from outside that nobody answered, so that there is something to see; its id."""
    before = {call["id"] for call in office.do("calls", "--last", "1000")}
    scenario = Caller(NUMBER, CALLER).dials().pause(1.0).send(Caller(NUMBER, CALLER).bye()).response(200)
    with Sipp(office.folder, scenario, office.provider, office.address, name="missed") as sipp:
        sipp.succeeds()
    return str(next(call["id"] for call in office.calls(len(before) + 1) if call["id"] not in before))
