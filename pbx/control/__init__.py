"""The control socket between the exchange and its command line and web page."""
