"""JSON for programs: questions of the store as addresses under ``/api/v1``, and the whole application.

app: everything together · gate, keys, conditional, problems, asked: what holds for every address ·
one module a noun.
"""

from trendwatch.api.app import create_app
from trendwatch.api.parts import Parts

__all__ = ["Parts", "create_app"]
