"""What news is about: examples and terms in, labels with a confidence out.

examples: texts with known labels · weak: terms that vote for labels · train: both into a Model, weighed in
calibrate · weights: a Model as numbers that can be trusted · model: texts into tags · evaluate: tags against
what people say.
"""
