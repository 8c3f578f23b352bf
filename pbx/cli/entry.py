"""The way into the command: Ctrl-C ends it quietly, also while it still reads its own modules."""

from pbx.service.later import load


def main() -> int:
    """Load and run `pbx.cli.command`; the exit code."""
    try:
        return int(load("pbx.cli.command").main())
    except KeyboardInterrupt:
        return 130
