"""Many submissions: batches, workers, and the facilities that they need."""
