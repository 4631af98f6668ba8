"""What the doors are given. Defined beside the pages, because the API is built on them and not they on it."""

from trendwatch.web.parts import Given, Parts

__all__ = ["Given", "Parts"]
