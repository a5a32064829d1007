"""Where papers come from: a folder a service, its formats and its source together."""
