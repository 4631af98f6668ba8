"""The verbs of trendwatch on the command line."""
