"""Updates of the box, as root: written to the slot that does not run, tried once, kept or given up."""
