"""The whole job with nothing to configure: sample papers, sample readers, a real dialogue."""
