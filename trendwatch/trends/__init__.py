"""What is changing: counts of news become series, series become rises, falls and stages.

series: what is counted, and columns of counts · panel: the same sources, now and before · surge: which labels
rise or fade against their past · ngrams, terms: words nobody has named yet · stage: how far along.
"""
