"""What the two sides say to each other: the only place where they meet."""
