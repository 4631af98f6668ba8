"""trendwatch: what is coming towards a small business, and what to try first."""

from pathlib import Path

__version__ = "0.1.0"


def shipped(folder: str) -> Path:
    """Return where ``config`` or ``migrations`` stand: inside the wheel, or at the top of a checkout."""
    package = Path(__file__).resolve().parent
    inside = package / "shipped" / folder
    return inside if inside.is_dir() else package.parent / folder
