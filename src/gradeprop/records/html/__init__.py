"""What all pages have in common: one self-contained file each, and one look."""
