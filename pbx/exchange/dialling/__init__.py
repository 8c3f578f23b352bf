"""Numbers, extensions and digits: what somebody dials, and what it means."""
