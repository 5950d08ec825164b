"""The trusted side of a session: it asks, times and stops, and believes nothing that comes back."""
