"""trendwatch: what is coming towards a small business, and what to try first."""

__version__ = "0.1.0"
