"""What the autograders for other platforms share: packing a course, and grading one hand-in."""
