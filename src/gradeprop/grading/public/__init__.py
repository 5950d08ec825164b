"""``gp.check``: the public checks where the student works."""
