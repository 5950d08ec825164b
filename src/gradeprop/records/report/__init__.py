"""What a class has understood: figures over everybody's results, as pages and as tables."""
