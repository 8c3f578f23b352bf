"""Real telephones, providers and the exchange, as programs that talk to each other."""
