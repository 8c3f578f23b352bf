"""What can be wrong with a data folder, for programs that only report it."""


class FolderError(Exception):
    """The data folder cannot be used as it is; the text says why."""

    code = 1
    """Exit code of a command that meets it."""
