from __future__ import annotations

import ast
import builtins
import json
import subprocess
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradeprop.notebook.comparable import comparable
from gradeprop.notebook.packing import Package
from gradeprop.notebook.setup_cell import (
    carried_in,
    public_json,
    setup_source,
    without_package,
)

WHEEL = "gradeprop @ https://example.org/gradeprop.whl"
PACKAGE = Package("1.2.3", "0123456789ab", "QUJD")

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(
    st.dictionaries(
        st.text(), JSON | st.sampled_from(["'''", "\\", "\\'", "r'''\n", "''' + x + '''"])
    )
)
def test_any_data_comes_back_from_the_cell_and_nothing_breaks_out(public: dict[str, Any]) -> None:
    tree = ast.parse(setup_source(["math"], public))
    call = tree.body[-2]
    assert isinstance(call, ast.Expr)
    assert isinstance(call.value, ast.Call)
    assert json.loads(ast.literal_eval(call.value.args[0])) == public


def test_every_exercise_has_one_line_and_its_keys_keep_their_order() -> None:
    one = public_json({"b": {"y": [1.5, 2], "x": "é'"}, "a": {}})
    assert one == '{\n"b":{"y":[1.5,2],"x":"\\u00e9\\u0027"},\n"a":{}\n}'
    assert list(json.loads(one)["b"]) == ["y", "x"]  # an answer's parts are compared in order


def test_declared_packages_are_imported_once_after_torch() -> None:
    assert "import torch\nimport math\nimport json\n\n" in setup_source(
        ["torch", "math", "json"], {}
    )


def _run(monkeypatch: pytest.MonkeyPatch, *, present: bool, pip: Any) -> list[str]:
    """Run the cell where gradeprop is there or not; ``pip`` replaces ``subprocess.run``."""
    loaded: list[str] = []
    fake = ModuleType("gradeprop")
    fake.load_public_checks = loaded.append  # type: ignore[attr-defined]
    fake.__version__ = "1.2.3"  # type: ignore[attr-defined]
    installed = [present]
    true_import = builtins.__import__

    def fake_import(name: str, *args: Any, **keywords: Any) -> Any:
        if name == "gradeprop":
            if not installed[0]:
                raise ModuleNotFoundError("No module named 'gradeprop'", name="gradeprop")
            return fake
        return true_import(name, *args, **keywords)

    def run(command: list[str], **_: Any) -> Any:
        assert command[0] == sys.executable
        assert command[-1] == WHEEL
        installed[0] = pip.returncode == 0
        return pip

    monkeypatch.setattr(subprocess, "run", run)
    source = setup_source([], {"a": 1}, ready="One, 2 points", package=WHEEL)
    code = compile(source.replace("import torch\n", ""), "setup", "exec")
    exec(code, {"__builtins__": {**vars(builtins), "__import__": fake_import}})
    return loaded


def test_where_gradeprop_is_present_nothing_is_installed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [json.loads(text) for text in _run(monkeypatch, present=True, pip=None)] == [{"a": 1}]
    assert capsys.readouterr().out == (
        "Loading PyTorch …\n✓ Ready: One, 2 points. gradeprop 1.2.3\n"
    )


def test_where_gradeprop_is_absent_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _run(monkeypatch, present=False, pip=SimpleNamespace(returncode=0, stderr=""))


def test_a_failed_installation_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    pip = SimpleNamespace(returncode=1, stderr="no route to host")
    with pytest.raises(ModuleNotFoundError, match=r"internet connection.*no route to host"):
        _run(monkeypatch, present=False, pip=pip)


@pytest.mark.parametrize("package", [PACKAGE, WHEEL])
def test_where_notebooks_are_graded_the_cell_is_the_same_but_for_the_package(package: Any) -> None:
    carrying = setup_source(["math"], {"a": 1}, {"b": 2}, ready="One", package=package)
    graded = setup_source(["math"], {"a": 1}, ready="One")
    assert without_package(setup_source(["math"], {"a": 1}, ready="One", package=package)) == graded
    assert comparable(carrying) == comparable(graded)
    assert comparable(carrying.replace("import math", "import cmath")) != comparable(graded)


def test_a_cell_says_what_it_carries() -> None:
    assert carried_in(setup_source([], {}, package=PACKAGE)) == ("1.2.3", "0123456789ab")
    assert carried_in(setup_source([], {})) is None
    assert without_package("x = 1\n# gradeprop checks your answers.\n") == (
        "x = 1\n# gradeprop checks your answers.\n"
    )
