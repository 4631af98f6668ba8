"""``python -m trendwatch`` is ``trendwatch``."""

from trendwatch.cli.app import main

main()
