"""`python -m pbx` is the `durchwahl` command."""

import sys

from pbx.entry import main

sys.exit(main())
