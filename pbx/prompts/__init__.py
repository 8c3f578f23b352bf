"""What the box says: the catalogue of sentences, their sound, and the engines that speak typed text."""
