"""How it looks on paper: one frozen digest in, a page, a mail, a feed out.

The same digest gives the same bytes, and every channel says the same words (``view.py`` holds them).
"""
