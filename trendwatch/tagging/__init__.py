"""What news is about: examples and terms in, labels with a confidence out.

examples: texts with known labels · weak: terms that vote for labels · train: both into a Model ·
model: a Model into tags · evaluate: tags against what people say.
"""
