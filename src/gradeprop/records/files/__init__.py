"""Files of a course: results, hand-ins, notebooks, keys, and writing them whole."""
