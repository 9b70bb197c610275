"""``python -m vtsc``."""

import sys

from vtsc.cli import main

sys.exit(main())
