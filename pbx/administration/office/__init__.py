"""The office's settings, one module a noun: people, groups, phones, numbers, trunks, contacts."""
