"""The page that goes back to a student."""
