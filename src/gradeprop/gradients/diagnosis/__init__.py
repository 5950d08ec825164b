"""Which misconception explains wrong values."""
