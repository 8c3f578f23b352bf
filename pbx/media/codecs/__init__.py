"""The voice codecs, and changing a sample rate."""
