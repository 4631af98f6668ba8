"""A simulated news world with planted, known truth, and the demo that is filled from it.

    truth + nuisance + seed | world | server --HTTP--> the ordinary pipeline | data/demo

truth, nuisance: what is planted and what disturbs, as values · grammar, words, language, names: how it
is told · outlets, events, telling, world: who reports what, week by week · documents, troubles, server: how
it is published · fill: the pipeline driven through it · score: how well stories were found.
"""
