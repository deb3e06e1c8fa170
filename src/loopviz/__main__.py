"""Lets ``python -m loopviz`` do what ``loopviz`` does."""

from __future__ import annotations

import sys

from loopviz.cli import main

if __name__ == "__main__":
    sys.exit(main())
