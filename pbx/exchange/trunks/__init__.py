"""The ways to the telephone network: registered at a provider, or a peer known by its address."""
