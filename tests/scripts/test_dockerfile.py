"""The image's recipe, part by part: no builder is at hand where these tests run."""

from __future__ import annotations

import re
import shlex
import tomllib
from functools import cache
from pathlib import Path

from gradeprop.session.isolation.survey import SECCOMP_REMEDY

ROOT = Path(__file__).parents[2]
KNOWN = {
    *("ARG", "FROM", "RUN", "WORKDIR", "COPY", "ENV", "USER", "STOPSIGNAL", "ENTRYPOINT", "CMD")
}


@cache
def steps() -> list[tuple[str, str]]:
    """Instructions and what follows them; lines that go on are joined."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if line and not line.startswith("#"))
    joined = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in joined]


def of(instruction: str) -> list[str]:
    return [rest for name, rest in steps() if name == instruction]


def test_every_instruction_is_one_and_the_first_image_is_named_by_its_tag() -> None:
    assert {name for name, _ in steps()} <= KNOWN
    (image,) = of("FROM")
    assert re.fullmatch(r"python:\$\{PYTHON\}-slim-[a-z]+", image)
    given = dict(item.split("=", 1) for item in of("ARG"))
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert wanted == f">={given['PYTHON']}"


def test_all_that_is_copied_exists_and_is_let_through() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    let_through = {line[1:] for line in ignored if line.startswith("!")}
    copied = {source for rest in of("COPY") for source in shlex.split(rest)[:-1]}
    assert "*" in ignored
    assert copied == let_through
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_nothing_of_a_course_can_get_in() -> None:
    named = {
        "solutions",
        "graders",
        "exercises",
        "submitted",
        "results",
        ".gradeprop",
        "course.yaml",
    }
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    assert not any(f"!{name}" in ignored for name in named)


def test_what_building_the_package_reads_is_copied() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    copied = {source for rest in of("COPY") for source in shlex.split(rest)[:-1]}
    assert {project["readme"], *project["license-files"], "pyproject.toml", "src"} <= copied


def test_the_systems_packages_are_those_that_the_sandbox_needs() -> None:
    (install,) = re.findall(r"apt-get install (.*?) &&", " ".join(of("RUN")))
    packages = {word for word in install.split() if not word.startswith("-")}
    makes = (ROOT / "Makefile").read_text(encoding="utf-8")
    of_set_up = re.search(r"^system:\n\t@sh scripts/system_packages.sh (.*)$", makes, re.MULTILINE)
    assert of_set_up is not None
    assert set(of_set_up[1].split()) <= packages
    assert packages - set(of_set_up[1].split()) == set(re.findall(r"lib\w+\d", SECCOMP_REMEDY))


def test_pip_installs_the_tested_versions_of_extras_that_there_are() -> None:
    (pip,) = (rest for rest in of("RUN") if "pip install" in rest)
    assert "--constraint constraints.txt" in pip
    assert '".[${EXTRAS}]"' in pip
    given = dict(item.split("=", 1) for item in of("ARG"))
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    assert given["EXTRAS"] in extras


def test_it_runs_as_nobody_special_and_begins_with_the_command() -> None:
    names = [name for name, _ in steps()]
    (user,) = of("USER")
    assert user not in ("root", "0")
    assert f" {user} " in " ".join(of("RUN"))
    assert names.index("USER") > max(place for place, name in enumerate(names) if name == "RUN")
    assert of("ENTRYPOINT") == ['["gradeprop"]']


def test_the_page_names_the_flags_and_what_was_not_tried() -> None:
    page = (ROOT / "docs" / "other-machines.md").read_text(encoding="utf-8")
    for flag in ("systempaths=unconfined", "unmask=ALL", "procMount: Unmasked", "hostUsers: false"):
        assert flag in page
    assert "stand-in" in page
    assert "Not tried: " in page


def test_it_is_stopped_by_a_signal_that_the_first_process_hears() -> None:
    assert of("STOPSIGNAL") == ["SIGINT"]
