"""What grading says, as values: verdicts, scores, words, and what a regrade changed."""
