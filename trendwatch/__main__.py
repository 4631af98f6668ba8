"""``python -m trendwatch``: the same as ``trendwatch``."""

from __future__ import annotations

from trendwatch.cli.app import main

if __name__ == "__main__":
    main()
