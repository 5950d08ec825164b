"""The untrusted side of a session: the notebook's shell, and answers about its state."""
