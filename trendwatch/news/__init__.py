"""What is happening: documents to entries, entries to items, items to stories."""
