"""Modules that few pages need, loaded when one does: what is loaded stays in memory for good."""

from pbx.service.later import Later

phone_number = Later("pbx.phone_number")
segno = Later("segno")
xml = Later("xml.etree.ElementTree")
