"""Sockets and name look-ups: the only I/O of the SIP library."""
