"""What the shell shows, case by case as a kernel shows it; one slow test asks a real kernel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from gradeprop.session.grader.sandbox import open_sandbox
from gradeprop.session.interface import CellSource, Limits
from gradeprop.session.student.shell import CellResult, NotebookShell


@pytest.fixture(scope="module")
def warm_shell() -> Iterator[NotebookShell]:
    before = InteractiveShell._instance
    yield NotebookShell()
    NotebookShell._instance = None
    InteractiveShell._instance = before


@pytest.fixture
def shell(warm_shell: NotebookShell) -> NotebookShell:
    warm_shell.reset(new_session=True)
    warm_shell.execution_count = 1
    return warm_shell


def run(shell: NotebookShell, source: str) -> CellResult:
    return shell.run_source(source, "cell")


def kinds(result: CellResult) -> list[str]:
    return [output["output_type"] for output in result.outputs]


def text(result: CellResult, name: str = "stdout") -> str:
    return "".join(output["text"] for output in result.outputs if output.get("name") == name)


def test_a_last_value_is_a_result_and_not_printed(shell: NotebookShell) -> None:
    result = run(shell, "print('a')\n1 + 1")
    assert kinds(result) == ["stream", "execute_result"]
    assert result.outputs[1] == {
        "output_type": "execute_result",
        "execution_count": 1,
        "data": {"text/plain": "2"},
        "metadata": {},
    }
    assert text(result) == "a\n"


def test_a_semicolon_hides_the_last_value(shell: NotebookShell) -> None:
    assert run(shell, "1 + 1;").outputs == []


@pytest.mark.parametrize("source", ["", "   \n"])
def test_an_empty_cell_has_no_number(shell: NotebookShell, source: str) -> None:
    assert run(shell, source) == CellResult([], None, None, False)


def test_displays_have_identity(shell: NotebookShell) -> None:
    result = run(shell, "h = display('first', display_id=True)\nh.update('second')")
    assert [output["data"]["text/plain"] for output in result.outputs] == ["'second'"]


def test_clear_output_clears(shell: NotebookShell) -> None:
    source = "from IPython.display import clear_output\nprint(1)\nclear_output(wait=True)\nprint(2)"
    assert text(run(shell, source)) == "2\n"


@pytest.mark.parametrize("source", ["?print", "print??", "%magic", "%quickref"])
def test_pagers_show_nothing(shell: NotebookShell, source: str) -> None:
    result = run(shell, source)
    assert (result.outputs, result.error) == ([], None)


def test_an_unknown_magic_says_so_on_stderr(shell: NotebookShell) -> None:
    assert text(run(shell, "%nosuch"), "stderr").startswith("UsageError")


def test_magics_work(shell: NotebookShell) -> None:
    assert "Wall time" in text(run(shell, "%time 1"))
    assert text(run(shell, "%%capture\nprint(1)")) == ""
    assert run(shell, "%matplotlib inline").outputs == []


def test_figures_are_shown_at_the_end_of_their_cell(shell: NotebookShell) -> None:
    run(shell, "%matplotlib inline")
    result = run(shell, "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nprint('x')")
    assert "display_data" in kinds(result)
    figure = next(output for output in result.outputs if output["output_type"] == "display_data")
    assert figure["data"]["image/png"].startswith("iVBOR")


def test_shell_commands_are_captured(shell: NotebookShell) -> None:
    result = run(shell, "!printf 'grün\\n'; exit 3")
    assert text(result) == "grün\n"
    assert run(shell, "_exit_code").outputs[0]["data"]["text/plain"] == "3"
    assert run(shell, "x = !echo hi\nx[0]").outputs[0]["data"]["text/plain"] == "'hi'"


def test_top_level_await_works(shell: NotebookShell) -> None:
    result = run(shell, "import asyncio\nawait asyncio.sleep(0)\n5")
    assert result.outputs[0]["data"] == {"text/plain": "5"}


@pytest.mark.parametrize("source", ["input('name? ')", "import getpass\ngetpass.getpass()"])
def test_input_fails_at_once(shell: NotebookShell, source: str) -> None:
    result = run(shell, source)
    assert type(result.error).__name__ == "StdinNotImplementedError"


@pytest.mark.parametrize("source", ["import sys\nsys.exit(1)", "raise SystemExit"])
def test_leaving_is_an_error_like_any_other(shell: NotebookShell, source: str) -> None:
    assert type(run(shell, source).error) is SystemExit
    assert run(shell, "1").error is None


@pytest.mark.parametrize("source", ["exit", "quit()", "exit(0)", "quit(True)"])
def test_asking_to_leave_leaves_nothing(shell: NotebookShell, source: str) -> None:
    assert run(shell, source).error is None
    assert run(shell, "1").error is None


@pytest.mark.parametrize("source", ["def f(:\n  pass", "  x = 1\n y = 2", "return 1"])
def test_code_that_does_not_compile_is_an_error(shell: NotebookShell, source: str) -> None:
    result = run(shell, source)
    assert isinstance(result.error, SyntaxError)
    assert kinds(result) == ["error"]


def test_a_failing_repr_is_an_error_output(shell: NotebookShell) -> None:
    result = run(shell, "class B:\n    def __repr__(self): raise ValueError('no')\nB()")
    assert kinds(result)[0] == "error"
    assert result.outputs[0]["ename"] == "ValueError"


def test_tracebacks_name_the_cell_and_have_no_colours(shell: NotebookShell) -> None:
    (output,) = run(shell, "x = 1\n1 / 0").outputs
    trace = "\n".join(output["traceback"])
    assert "Cell In[1], line 2" in trace
    assert "\x1b" not in trace
    assert "gradeprop" not in trace


def test_code_is_traced_to_its_cell(shell: NotebookShell) -> None:
    shell.run_source("def f(): pass", "slope-by_hand")
    assert shell.cell_of(shell.user_ns["f"].__code__.co_filename) == "slope-by_hand"
    assert shell.cell_of(__file__) is None


def test_streams_are_back_in_place_after_a_cell(shell: NotebookShell) -> None:
    import builtins
    import sys

    before = (sys.stdout, sys.stderr, builtins.input)
    run(shell, "import sys, builtins\nsys.stdout = None\nbuiltins.input = None")
    assert (sys.stdout, sys.stderr, builtins.input) == before


CELLS = [
    "x = 1\nx",
    "print('a'); import sys; print('b', file=sys.stderr); print('c')",
    "1 / 0",
    "from IPython.display import display, HTML, clear_output\ndisplay(HTML('<b>x</b>'), 3)",
    "h = display('a', display_id='k')\nh.update('b')",
    "print(1)\nclear_output()\nprint(2)",
    "!echo hi",
    "?len",
    "%nosuch",
    "for i in range(3): print(i, end=' ')",
    "",
    "import matplotlib.pyplot as plt\nlines = plt.plot([1, 2])",
    "class B:\n    def __repr__(self): raise ValueError('no')\nB()",
    "import torch\ntorch.arange(3)",
    "await __import__('asyncio').sleep(0)\n4",
    "def f(:",
    "x = 5;\nx;",
    "input()",
    "%%time\n2",
    "_",
]


@pytest.mark.slow
@pytest.mark.parametrize("packages", [(), ("matplotlib",)], ids=["plain", "preloaded"])
def test_a_notebooks_reader_sees_what_a_kernel_shows(packages: tuple[str, ...]) -> None:
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in CELLS]
    )
    NotebookClient(notebook, allow_errors=True, timeout=60, kernel_name="python3").execute()
    with (
        open_sandbox("none", packages=packages) as sandbox,
        sandbox.open(limits=Limits(), seed=1) as session,
    ):
        for cell in notebook.cells:
            result = session.run(CellSource(cell.source, "cell"))
            assert comparable(result.outputs) == comparable(cell.outputs), cell.source
            assert result.execution_count == cell.execution_count


def comparable(outputs: Sequence[Any]) -> tuple[dict[str, str], list[Any]]:
    """Outputs without what differs for good reasons: colours, timings, pictures' bytes, the words
    of input(), the pseudo-terminal's line ends, and where a kernel happens to flush stdout and
    stderr."""
    streams: dict[str, str] = {}
    others: list[Any] = []
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream":
            words = (
                "timing" if "Wall time" in output["text"] else output["text"].replace("\r\n", "\n")
            )
            streams[output["name"]] = streams.get(output["name"], "") + words
        elif kind == "error":
            plain = (
                ""
                if output["ename"] in ("StdinNotImplementedError", "SyntaxError")
                else output["evalue"]
            )
            others.append((kind, output["ename"], plain))
        else:
            data = {
                key: "…" if key.startswith("image/") else item
                for key, item in output["data"].items()
            }
            others.append((kind, output.get("execution_count"), data))
    return streams, others
