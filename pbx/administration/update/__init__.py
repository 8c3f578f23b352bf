"""Updates of the box, as far as the exchange has to do with them."""
