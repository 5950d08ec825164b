"""Hand-ins as platforms give them out, into ``submitted/``, and who is who."""
