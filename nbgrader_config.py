# Makes nbgrader's commands and formgrader work on this course: `nbgrader generate_assignment`
# writes the release of `gradeprop build`, `nbgrader autograde` grades in gradeprop's sandbox. Add
# your settings below.
from pathlib import Path

from gradeprop.records.nbgrader_config import configure

c = get_config()  # noqa: F821
configure(c, Path(__file__).parent)
