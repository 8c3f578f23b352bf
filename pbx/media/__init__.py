"""RTP (RFC 3550) as a library: no SIP, no calls."""
