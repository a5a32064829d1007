"""bioRxiv and medRxiv: their interface."""
