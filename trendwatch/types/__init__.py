"""The words of trendwatch, one module per part of the product, all frozen values.

news: Feed, FeedState, Document, Item, Story · tags: Facet, Label, Tag · trends: Series, Trend, Stage ·
influence: Arrival, ArrivalState ·
coverage: Breadth, LabelCoverage · advice: Business, Edition, Pick, Digest · practices: Practice, Risk,
Range · sectors: SectorRelations · delivery: Delivery · work: Claim · weeks and identity: functions.
Standard library only: everything else in trendwatch may import this package.
"""
