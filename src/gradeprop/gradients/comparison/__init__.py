"""Is a student's value the right answer, and if not, what is wrong with it?"""
