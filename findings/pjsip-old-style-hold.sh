#!/bin/sh
# PJSIP does not take a connection address of 0.0.0.0 for hold (RFC 3264, 8.4): its answer says a=sendrecv. With a=inactive it answers a=inactive. So whether a party is on hold
# cannot be read from what the other side answers, and what holds a phone must say so by its direction.
# Seen on 2026-12-01 with pjsua2-python 2.15.1. Source: run.
. "$(dirname "$0")/packages"
packages pjsua2-python==2.15.1
python - <<'PYTHON'
import re
import pjsua2
from pjsip_phone import Phone, offer, status

with Phone() as phone:
    print("PJSIP", phone.endpoint.libVersion().full)
    print("guess: an offer with c=IN IP4 0.0.0.0 is answered with a=recvonly or a=inactive")
    for told, sdp, right in (
        ("c=IN IP4 0.0.0.0", offer(address="0.0.0.0"), "sendrecv"),
        ("a=inactive", offer() + "a=inactive\r\n", "inactive"),
        ("a=sendonly", offer() + "a=sendonly\r\n", "recvonly"),
    ):
        answers = phone.ask("INVITE", body=sdp)
        assert status(answers) == "SIP/2.0 200 OK", status(answers)
        seen = re.search(r"a=(sendrecv|sendonly|recvonly|inactive)", answers[-1])[1]
        print(f"seen:  {told} is answered with a={seen}")
        assert seen == right, "this has changed"
PYTHON
