"""Configuration: files, overlays and environment in, validated values out.

settings: every field of trendwatch.toml · feeds, packs, taxonomy, businesses, practices, sectors: tables
into the words of types · overlays: what pages changed · loading: all of it as one Config · diff, export:
against the shipped files and back to files · last_good: what a running service uses. Errors name file and
line.
"""

from trendwatch.config.diff import Difference, diff
from trendwatch.config.export import export
from trendwatch.config.files import find_directory, shipped_directory
from trendwatch.config.last_good import LastGood
from trendwatch.config.loading import Config, check, load, read_settings
from trendwatch.config.settings import Settings, public_values
from trendwatch.types.work import Overlay

__all__ = [
    "Config",
    "Difference",
    "LastGood",
    "Overlay",
    "Settings",
    "check",
    "diff",
    "export",
    "find_directory",
    "load",
    "public_values",
    "read_settings",
    "shipped_directory",
]
