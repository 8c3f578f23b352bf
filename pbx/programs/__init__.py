"""Programs of their own, run as child processes: heavy or risky work that the exchange keeps out of itself."""
