from __future__ import annotations

import sys

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")


def test_with_python_in_usr_that_folder_is_not_cut_out_of_output() -> None:
    from gradeprop.session.student.outputs import OutputLog
    from gradeprop.session.warm.main import private_folders

    hidden = private_folders(["/usr", "/usr/local", "/home/me/.venv/lib/site-packages"])
    assert hidden == ("/home/me/.venv/lib/site-packages",)
    log = OutputLog(1000, 1000, hidden)
    said = log._without_folders("/usr/bin/python, /home/me/.venv/lib/site-packages/torch/x.py")
    assert said == "/usr/bin/python, torch/x.py"
