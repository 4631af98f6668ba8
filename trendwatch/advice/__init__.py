"""What it means to you: how much a story matters to a business, and which few make its digest.

Pure: an edition, a business and what it was shown before go in, a digest comes out.
"""
