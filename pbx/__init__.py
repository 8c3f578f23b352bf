"""Durchwahl: a SIP telephone exchange in a box for small offices."""

VERSION = "0.2.0"
