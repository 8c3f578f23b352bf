"""The demo office: a simulated provider, desk phones and callers around a real exchange."""
