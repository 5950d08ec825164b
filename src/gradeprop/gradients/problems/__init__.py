"""Questions that know their right answer and what misconceptions would have given instead."""
