"""How other people rank, written anew from descriptions of what they do."""
