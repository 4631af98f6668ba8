"""``python -m trendwatch.cli`` is ``trendwatch``."""

from trendwatch.cli.app import main

main()
