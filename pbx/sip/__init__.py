"""SIP (RFC 3261) as a library: no extension, no trunk, no setting."""
