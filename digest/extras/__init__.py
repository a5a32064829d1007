"""What an extra or a service of one's own adds: a sentence model, a writer of summaries."""
