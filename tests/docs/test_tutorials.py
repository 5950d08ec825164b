"""The tutorials are run: files are written and commands given as they say, and what the commands
print is held against what they show."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BLOCK = re.compile(r'^```\w+(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
ANSWER = re.compile(r"the answer to (\w+), (\w+)")
ADDITION = "at the end of "
LEFT_OUT = "…"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@dataclass
class Reader:
    """Somebody who follows a tutorial in ``folder``."""

    folder: Path
    python: str = sys.executable
    commands: int = 0
    answers: list[str] = field(default_factory=list)

    def follow(self, page: str) -> None:
        text = (DOCS / page).read_text(encoding="utf-8")
        for title, body in BLOCK.findall(text):
            if answer := ANSWER.fullmatch(title):
                self.answer("-".join(answer.groups()), body)
            elif title.startswith(ADDITION):
                path = self.folder / title.removeprefix(ADDITION)
                path.write_text(path.read_text(encoding="utf-8") + body, encoding="utf-8")
            elif title:
                path = self.folder / title
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(body, encoding="utf-8")
            else:
                self.type_in(body)

    def answer(self, grade_id: str, source: str) -> None:
        """Into every notebook that a student has."""
        handed_out = {self.folder / name for name in ("release", "source", "examples")}
        filled = 0
        for path in self.folder.rglob("*.ipynb"):
            if handed_out & set(path.parents):
                continue
            notebook = json.loads(path.read_text(encoding="utf-8"))
            for cell in notebook["cells"]:
                if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id:
                    cell["source"] = source.rstrip("\n")
                    filled += 1
            path.write_text(json.dumps(notebook), encoding="utf-8")
        assert filled, f"no notebook has a cell {grade_id}"
        self.answers.append(grade_id)

    def type_in(self, console: str) -> None:
        for command, shown in _commands(console):
            printed = self.run(command, may_fail="gradeprop: " in shown)
            rest = printed
            for piece in filter(None, re.split(rf"^{LEFT_OUT}\n", shown, flags=re.MULTILINE)):
                assert piece in rest, f"{command} printed\n{printed}\nand not\n{piece}"
                rest = rest[rest.index(piece) + len(piece) :]
            if LEFT_OUT not in shown:
                assert printed == shown, command
            self.commands += 1

    def run(self, command: str, *, may_fail: bool) -> str:
        done = subprocess.run(
            ["bash", "-c", f'gradeprop() {{ "{self.python}" -m gradeprop "$@"; }}; {command}'],
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert may_fail or done.returncode == 0, f"{command} printed\n{done.stdout}"
        return "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())

    def _environment(self) -> dict[str, str]:
        own = {"COLUMNS": "80", "PYTHONUNBUFFERED": "1"}
        others = dict(os.environ)
        if self.python != sys.executable:  # nothing but what is installed there
            others.pop("PYTHONPATH", None)
        return {**others, **own}


def _commands(console: str) -> Iterator[tuple[str, str]]:
    """Each command with the lines that are shown of what it prints."""
    for piece in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]:
        command, _, shown = piece.partition("\n")
        yield command, shown


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The course of this repository, without what commands have written into it."""
    for name in ("exercises", "graders", "solutions", "schemas", "examples"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "course.yaml", tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Python of an environment in which the package is installed from its wheel, beside what
    is installed here."""
    base = tmp_path_factory.mktemp("installed")
    shutil.copytree(ROOT / "src" / "gradeprop", base / "source" / "src" / "gradeprop")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, base / "source")
    pip = [sys.executable, "-m", "pip", "--quiet"]
    wheel = [*pip, "wheel", "--no-deps", "--wheel-dir", base, base / "source"]
    subprocess.run(wheel, check=True)
    venv.create(base / "venv", with_pip=False)
    python = base / "venv" / "bin" / "python"
    own = Path(sysconfig.get_path("purelib", vars={"base": str(base / "venv")}))
    # Not as a folder of packages, in which `.pth` files would count: one of them names this source.
    others = [path for path in sys.path if path.endswith("site-packages")]
    (own / "beside.pth").write_text("\n".join(others) + "\n")
    (built,) = base.glob("*.whl")
    install = [*pip, "--python", python, "install", "--no-deps", built]
    subprocess.run([str(item) for item in install], check=True)
    return str(python)


def test_from_nothing_to_a_named_mistake_with_the_installed_package(
    tmp_path: Path, installed: str
) -> None:
    reader = Reader(tmp_path, installed)
    where = [installed, "-c", "import gradeprop; print(gradeprop.__file__)"]
    told = subprocess.run(
        where, cwd=tmp_path, env=reader._environment(), capture_output=True, text=True, check=True
    )
    assert Path(installed).parents[1] in Path(told.stdout.strip()).parents
    reader.follow("tutorial.md")
    assert reader.commands == 7


def test_an_instructors_first_assignment(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    reader.follow("tutorials/first-assignment.md")
    assert (reader.commands, len(reader.answers)) == (9, 1)


def test_a_students_first_notebook(repository: Path) -> None:
    reader = Reader(repository)
    reader.run("gradeprop build a04_descent", may_fail=False)
    shutil.copy(repository / "release" / "a04_descent" / "a04_descent.ipynb", repository)
    reader.follow("tutorials/first-notebook.md")
    assert (reader.commands, len(reader.answers)) == (1, 2)


def test_a_grading_run(repository: Path) -> None:
    reader = Reader(repository)
    reader.follow("tutorials/grading-run.md")
    assert reader.commands == 10
