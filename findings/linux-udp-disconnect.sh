#!/bin/sh
# A relay that connects its UDP socket to a peer (so that the kernel drops strangers' packets) and lets go of it again by connect() to AF_UNSPEC keeps its port only if it had asked for
# that port. A socket that was bound to port 0 and given one by the kernel has port 0 afterwards: what is told in the SDP leads nowhere, and no call reports an error.
# Seen on 2026-12-01 with Linux 6.18.44, IPv4. Source: run; nothing is installed.
set -eu
python3 - <<'PYTHON'
import ctypes
import os
import socket

libc = ctypes.CDLL(None, use_errno=True)


def port_after(wanted):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", wanted))
        before = one.getsockname()[1]
        one.connect(("127.0.0.1", 9))
        assert libc.connect(one.fileno(), bytes(16), 16) == 0, os.strerror(ctypes.get_errno())  # sixteen zeros: AF_UNSPEC
        return before, one.getsockname()[1]


with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
    probe.bind(("127.0.0.1", 0))
    free = probe.getsockname()[1]
print("Linux", os.uname().release)
print("guess: the socket keeps its port, as it keeps its buffers")
given, asked = port_after(0), port_after(free)
print(f"seen:  a port that the kernel chose: {given[0]}, then {given[1]}; one that was asked for: {asked[0]}, then {asked[1]}")
assert given[1] == 0 and asked[1] == free, "this has changed"
PYTHON
