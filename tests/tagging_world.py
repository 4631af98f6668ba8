"""A small world of labels, terms and examples for the tests of tagging."""

from __future__ import annotations

from trendwatch.types.tags import Example, Facet, Label, Taxonomy

TAXONOMY = Taxonomy(
    (
        Label(
            facet=Facet.AREA,
            key="ai",
            name="AI",
            meaning="machines that learn",
            strong=("ai",),
            weak=("model",),
        ),
        Label(
            facet=Facet.AREA,
            key="generative_ai",
            name="Generative AI",
            meaning="chatbots that write",
            parent="ai",
            strong=("chatbot", "large language model"),
            anti=("fashion model",),
        ),
        Label(
            facet=Facet.AREA,
            key="drones",
            name="Drones",
            meaning="unmanned aircraft",
            strong=("drone", "unmanned aircraft"),
            weak=("quadcopter", "propeller"),
        ),
        Label(
            facet=Facet.SECTOR,
            key="agriculture",
            name="Farming",
            meaning="farms, crops and animals",
            strong=("farmer", "harvest"),
            weak=("field", "crop"),
        ),
        Label(
            facet=Facet.SECTOR, key="retail", name="Retail", meaning="shops", strong=("shop",), weak=("till",)
        ),
        Label(facet=Facet.IMPACT, key="cost", name="Cost", meaning="what it costs", strong=("cheaper",)),
    )
)

_ABOUT = {
    "area:ai": ("The network learned to see faults", "Cameras trained on pictures sort parcels"),
    "area:generative_ai": ("A chatbot answers the phone", "Assistant writes letters for clerks"),
    "area:drones": (
        "Unmanned aircraft count from the air",
        "Rotor craft fly over roofs",
        "A drone delivers tools",
    ),
    "sector:agriculture": (
        "Farmers bring in wheat and barley",
        "Cows and vines after the frost",
        "Orchard work",
    ),
    "sector:retail": (
        "Shops count customers at the counter",
        "Boutique window and the sale",
        "Aisle and basket",
    ),
}
_NOTHING = (
    "Rain until Friday",
    "The choir sings again",
    "A bridge is painted",
    "Old letters found in an attic",
)


def _example(texts: tuple[str, ...], labels: tuple[str, ...]) -> Example:
    implied = {"area:ai"} if "area:generative_ai" in labels else set()
    return Example(title=texts[0], summary=". ".join(texts[1:]), labels=frozenset(labels) | implied)


def examples() -> list[Example]:
    """Every label alone, every area with every sector, and texts about nothing."""
    made = [_example((text,), (key,)) for key, texts in _ABOUT.items() for text in texts]
    areas = [key for key in _ABOUT if key.startswith("area:")]
    sectors = [key for key in _ABOUT if key.startswith("sector:")]
    made += [
        _example((first, second), (area, sector))
        for area in areas
        for sector in sectors
        for first in _ABOUT[area]
        for second in _ABOUT[sector]
    ]
    made += [_example((text, f"Number {number} of the week"), ()) for text in _NOTHING for number in range(5)]
    return made
