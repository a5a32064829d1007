"""The one place that knows SQL: papers, issues, the outbox, and what was pulled when.

Functions take a connection first and never commit: the caller opens the transaction around
what is one step.
"""
