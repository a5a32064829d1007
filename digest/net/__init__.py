"""The network, asked politely: one client for all, one pace a host."""
