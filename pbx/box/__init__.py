"""The machine the exchange runs on: how it is, and what its lamps say."""
