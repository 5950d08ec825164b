"""What stands around student code, put on before any of it runs."""
