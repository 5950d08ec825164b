"""Solutions with one small fault each: a check that no fault fails has nothing to say."""
