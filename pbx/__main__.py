"""`python -m pbx` is the `durchwahl` command."""

import sys

from pbx.cli.entry import main

sys.exit(main())
