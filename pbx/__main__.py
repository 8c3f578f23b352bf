"""`python -m pbx` is the `durchwahl` command."""

import sys

from pbx.cli import main

sys.exit(main())
