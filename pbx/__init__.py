"""Durchwahl: a SIP telephone exchange in a box for small offices."""

VERSION = "0.1.0"
