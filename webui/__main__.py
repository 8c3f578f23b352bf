"""`python -m webui`: the web page as a process of its own."""

import sys

from webui.server import main

sys.exit(main())
