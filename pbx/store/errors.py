"""What is wrong with a data folder, for whoever only tells of it and need not know what is in one."""


class FolderError(Exception):
    """The data folder cannot be used as it is; the text says why."""

    code = 1
    """Exit code of a command that meets it."""
