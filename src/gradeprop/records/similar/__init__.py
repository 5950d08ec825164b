"""Answers of a class that are more alike than the exercise explains."""
