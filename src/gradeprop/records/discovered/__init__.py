"""Groups of wrong answers of which no cause is known, kept until one is made a misconception."""
