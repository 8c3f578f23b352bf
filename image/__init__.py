"""The SD card's image: how the card is divided, how it is built, and how it is tried."""
