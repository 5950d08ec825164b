"""One file for each format that marks can be exported to; ``export.py`` knows them all."""
