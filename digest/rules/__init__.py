"""What is decided without a look at the world: pure rules, each in a module of its own."""
