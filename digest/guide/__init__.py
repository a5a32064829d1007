"""From a few answers to a first configuration: what is asked, what an answer means (pure)."""
