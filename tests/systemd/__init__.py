"""The units, as systemd reads them."""
