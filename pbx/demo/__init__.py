"""The demo office: a real exchange with simulated people around it, so that one sees and hears it work."""
