"""The order in which people expect extensions in a list."""


def counted(item: tuple[str, object]) -> tuple[int, str]:
    """Sorts (extension, whatever it is) pairs as numbers are counted: 21 comes before 100."""
    return (len(item[0]), item[0])
