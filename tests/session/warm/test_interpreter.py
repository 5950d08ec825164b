"""What a notebook hears of the Python that it runs in."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from gradeprop.session.interface import CellSource, Read, Returned, Sandbox
from session.patience import GENEROUS

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")


def printed(sandbox: Sandbox, source: str) -> str:
    with sandbox.open(limits=GENEROUS, seed=1) as session:
        outcome = session.run(CellSource(source, "cell"))
    return "".join(output.get("text", "") for output in outcome.outputs)


def test_how_it_was_started_tells_nothing_of_the_sandbox(sandbox: Sandbox) -> None:
    with sandbox.open(limits=GENEROUS, seed=1) as session:
        session.run(CellSource("import sys\nargv = list(sys.argv)", "cell"))
        session.run(CellSource("started = ' '.join(sys.orig_argv)", "cell"))
        argv, started = session.ask([Read("argv"), Read("started")])
    assert isinstance(argv, Returned)
    assert isinstance(started, Returned)
    launcher, option, _ = argv.value
    assert (launcher.endswith("/ipykernel_launcher.py"), option) == (True, "-f")
    assert "layers" not in started.value


@pytest.mark.slow
def test_commands_find_the_notebooks_python_and_its_packages(
    sandbox_at: Callable[[str], Sandbox],
) -> None:
    sandbox = sandbox_at("full")
    for command in (
        "!python -c 'import torch; print(2 + 1)'",
        "!python3 -c 'import torch; print(2 + 1)'",
        "import sys\n!{sys.executable} -c 'import torch; print(2 + 1)'",
        "%%python\nimport torch; print(2 + 1)",
    ):
        assert printed(sandbox, command) == "3\n", command
    assert "/opt/venv/" in printed(sandbox, "!pip --version")
    assert printed(sandbox, "!echo a b | awk '{ print $2 }'") == "b\n"


def test_packages_lie_where_a_virtual_environment_has_them(
    sandbox_at: Callable[[str], Sandbox],
) -> None:
    said = printed(sandbox_at("full"), "import sys, torch\nprint(torch.__file__, sys.prefix)")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if said.startswith("/opt"):  # with Python in /usr they stay there
        assert said == f"/opt/venv/lib/{version}/site-packages/torch/__init__.py /opt/venv\n"


def test_a_module_says_of_itself_what_a_new_one_says(sandbox: Sandbox) -> None:
    said = printed(sandbox, "print(__name__, __spec__, __loader__, __package__); print(__doc__)")
    assert said.splitlines() == [
        "__main__ None None None",
        "Automatically created module for IPython interactive environment",
    ]


def test_the_notebook_begins_in_its_own_folder(sandbox: Sandbox) -> None:
    said = printed(
        sandbox, "import os\nhere = os.getcwd()\n%cd -q ..\n%cd -q -\nprint(os.getcwd() == here)"
    )
    assert said == "True\n"
