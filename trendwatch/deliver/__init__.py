"""Mail out: a folder of files, or a server. Both carry the same bytes (``message.py``)."""
