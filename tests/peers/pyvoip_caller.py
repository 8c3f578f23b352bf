"""A pyVoIP softphone that calls: registers, dials, hangs up when its input ends. It prints what becomes of the call.

A process of its own, as pyVoIP's threads cannot be ended.
"""

from __future__ import annotations

import os
import sys
import time

from pyVoIP.VoIP import CallState, VoIPPhone
from pyVoIP.VoIP.status import PhoneStatus


def main(host: str, port: str, own: str, user: str, password: str, number: str) -> None:
    """Call `number` through the exchange at `host`:`port`; `own` is the first of some ports of 127.0.0.1."""
    first = int(own)
    phone = VoIPPhone(
        host, int(port), user, password, "127.0.0.1", sipPort=first, rtpPortLow=first + 2, rtpPortHigh=first + 9
    )
    phone.start()
    while phone.get_status() == PhoneStatus.REGISTERING:
        time.sleep(0.05)
    call = phone.call(number)
    state = CallState.DIALING
    while state != CallState.ENDED:
        if call.state != state:
            state = call.state
            print(state.name, flush=True)
            if state == CallState.ANSWERED:
                sys.stdin.read()
                call.hangup()
        time.sleep(0.05)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
