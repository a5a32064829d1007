"""What we claim, measured: speed as ratios of one run, and relevance beside other recipes."""
