#!/bin/sh
# A phone built on PJSIP's library answers only what a module of its program takes. Any other request outside a dialog is dropped without a word, where RFC 3261 (8.2.1) asks for
# 405, RFC 6665 (7.2) for 489, and a BYE that fits no dialog for 481: whoever asks repeats it for 32 s. The sample program `pjsua` answers 405 or 501, the library does not.
# (So a NOTIFY check-sync, or the BYE of an exchange to a phone that has forgotten the call, waits for its timer.) SUBSCRIBE is answered.
# Seen on 2026-12-01 with pjsua2-python 2.15.1. Source: run.
. "$(dirname "$0")/packages"
packages pjsua2-python==2.15.1
python - <<'PYTHON'
import pjsua2
from pjsip_phone import Phone, status

with Phone() as phone:
    print("PJSIP", phone.endpoint.libVersion().full)
    print("guess: 405, 481 or 489")
    gone = "Subscription-State: terminated\r\n"
    for method, headers in (("NOTIFY", f"Event: check-sync\r\n{gone}"), ("INFO", ""), ("BYE", ""), ("PUBLISH", "Event: presence\r\n")):
        seen = status(phone.ask(method, headers))
        print(f"seen:  {method} {headers.partition(chr(13))[0]}: {seen}")
        assert seen == "no answer at all", "this has changed"
    for method, headers in (("NOTIFY", f"Event: message-summary\r\n{gone}"), ("OPTIONS", "")):
        assert status(phone.ask(method, headers)) == "SIP/2.0 200 OK", "the phone does not live"
PYTHON
