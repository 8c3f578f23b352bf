#!/bin/sh
# RFC 8866 (5.2) asks for a session id of digits and says nothing of how many. PJSIP refuses an offer whose id has more digits than it can count with:
# 400 "Bad SDP", and the call is lost. So an exchange must not pass a caller's id on to such a phone, but write its own.
# Seen on 2026-12-01 with pjsua2-python 2.15.1. Source: run.
. "$(dirname "$0")/packages"
packages pjsua2-python==2.15.1
python - <<'PYTHON'
import pjsua2
from pjsip_phone import Phone, offer, status

with Phone() as phone:
    print("PJSIP", phone.endpoint.libVersion().full)
    print("guess: 200, whatever the length")
    for session, right in (("1234567890", "SIP/2.0 200 OK"), ("1234567890123456789012345", "SIP/2.0 400 Bad SDP")):
        seen = status(phone.ask("INVITE", body=offer(session)))
        print(f"seen:  an id of {len(session)} digits: {seen}")
        assert seen == right, "this has changed"
PYTHON
