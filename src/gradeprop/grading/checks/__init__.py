"""One check: what it asks, how pytest runs it, and what becomes of the answers."""
