"""What a machine with a GPU needs of the sandbox, with a stand-in for its driver. No GPU takes
part."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import stub_driver

from gradeprop.course.limits import Limits
from gradeprop.errors import GraderFault, MissingFacility
from gradeprop.session.grader import sandbox as grader_sandbox
from gradeprop.session.grader.sandbox import open_sandbox
from gradeprop.session.interface import Call, CellSource
from gradeprop.session.isolation import gpu, launch
from gradeprop.session.isolation.other_user import can_stage
from gradeprop.session.isolation.survey import working

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")

# In the warm process, where it is preloaded: in the place of CUDA, the stand-in is started.
IN_PLACE_OF_CUDA = """
import gradeprop.session.student.child, stub_cuda

def start_gpu(memory_mb):
    said = stub_cuda.start()
    return None if said == 0 else f"the driver says {said}"

gradeprop.session.student.child.start_gpu = start_gpu
"""


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a driver and, in ``site-packages``, what uses it; readable for everybody."""
    with tempfile.TemporaryDirectory(prefix="gradeprop-driver-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        stub_driver.build(folder / "driver")
        packages = folder / "site-packages"
        packages.mkdir()
        (packages / "stub_cuda.py").write_text(stub_driver.MODULE)
        (packages / "stub_cuda_at_import.py").write_text("import stub_cuda\nstub_cuda.start()\n")
        (packages / "in_place_of_cuda.py").write_text(IN_PLACE_OF_CUDA)
        monkeypatch.syspath_prepend(str(packages))
        yield folder


def at(level: str) -> None:
    problem = working(level)  # type: ignore[arg-type]
    if problem is not None:
        pytest.skip(f"isolation {level} does not work here: {problem}")


@pytest.mark.slow
@pytest.mark.parametrize("level", ["full", "restricted"])
def test_a_machine_with_a_driver_grades_on_the_cpu(machine: Path, level: str) -> None:
    at(level)
    if os.geteuid() != 0 or not can_stage():
        pytest.skip("only root can show itself another ld.so.cache, and not here")
    script = Path(__file__).with_name("machine_with_a_driver.py")
    done = subprocess.run(
        [sys.executable, str(script), str(machine / "driver"), level],
        env={**os.environ, "PYTHONPATH": str(machine / "site-packages")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ok None "), done.stdout
    found = "libcuda.so.1: file too short [2.0, 2.0]"  # found, and no library
    assert found in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("level", ["full", "restricted", "none"])
def test_the_sandbox_lets_cuda_live_where_there_is_a_gpu(
    machine: Path, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if level != "none":
        at(level)
    monkeypatch.setenv("LD_LIBRARY_PATH", str(machine / "driver"))
    monkeypatch.setattr(gpu, "wake", lambda: None)
    for module in (gpu, launch):
        monkeypatch.setattr(module, "gpu_devices", lambda: ["/dev/tty"])  # a device like any other
    cell = "import os, stub_cuda; print(stub_cuda.start(), os.path.exists('/dev/tty'))"
    names = ["in_place_of_cuda"]
    with (
        open_sandbox(level, packages=names, device="cuda") as sandbox,  # type: ignore[arg-type]
        sandbox.open(limits=Limits(), seed=1) as session,
    ):
        outcome = session.run(CellSource(cell, "cell"))
    assert (outcome.status, outcome.message) == ("ok", None)
    assert outcome.outputs[0]["text"] == "0 True\n"


@pytest.mark.slow
@pytest.mark.usefixtures("machine")
def test_a_gpu_that_does_not_start_is_the_graders_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "wake", lambda: None)
    # Without the driver's folder in the caller's environment there is no driver.
    with (
        open_sandbox("none", packages=["in_place_of_cuda"], device="cuda") as sandbox,
        pytest.raises(GraderFault, match=r"CUDA does not start in the sandbox: .*libcuda\.so\.1"),
    ):
        sandbox.open(limits=Limits(), seed=1)


# Two processes find the device full, and the third room.
FULL_AT_FIRST = """
import gradeprop.session.student.child, os

def start_gpu(memory_mb):
    with open({path!r}, "ab") as file:
        file.write(b"x")
    full = os.path.getsize({path!r}) <= {full}
    return "AcceleratorError: CUDA error: out of memory" if full else None

gradeprop.session.student.child.start_gpu = start_gpu
"""


@pytest.mark.slow
@pytest.mark.parametrize(("full", "starts"), [(2, True), (9, False)])
def test_a_device_that_a_neighbour_fills_is_waited_for(
    full: int, starts: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / "site-packages"
    packages.mkdir()
    text = FULL_AT_FIRST.format(path=str(tmp_path / "tried"), full=full)
    (packages / "full_at_first.py").write_text(text)
    monkeypatch.syspath_prepend(str(packages))
    monkeypatch.setattr(gpu, "wake", lambda: None)
    monkeypatch.setattr(grader_sandbox, "_GPU_FULL_S", (0.0, 0.0, 0.0))
    with open_sandbox("none", packages=["full_at_first"], device="cuda") as sandbox:
        if not starts:
            with pytest.raises(GraderFault, match="CUDA error: out of memory"):
                sandbox.open(limits=Limits(), seed=1)
            assert (tmp_path / "tried").stat().st_size == 4
            return
        with sandbox.open(limits=Limits(), seed=1) as session:
            assert session.run(CellSource("pass", "cell")).status == "ok"


@pytest.mark.slow
def test_what_found_no_memory_on_a_device_is_to_be_tried_again_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / "site-packages"
    packages.mkdir()
    text = FULL_AT_FIRST.format(path=str(tmp_path / "tried"), full=0)
    (packages / "never_full.py").write_text(text)
    monkeypatch.syspath_prepend(str(packages))
    monkeypatch.setattr(gpu, "wake", lambda: None)
    cells = ["import torch", "raise torch.OutOfMemoryError('CUDA out of memory.')"]
    function = "def f():\n    raise torch.OutOfMemoryError('CUDA out of memory.')"
    with open_sandbox("none", packages=["never_full"], device="cuda") as sandbox:
        for last, asks in ((cells[1], []), (function, [Call("f")])):
            with sandbox.open(limits=Limits(), seed=1) as session:
                session.run(CellSource(cells[0], "cell"))
                assert not session.disturbed
                session.run(CellSource(last, "cell"))
                session.ask(asks)
                assert session.disturbed


def test_torch_gives_a_child_so_much_of_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from gradeprop.session.student.beginning import start_gpu

    given: list[float] = []
    whole = 8 << 30
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (1, whole))
    monkeypatch.setattr(torch.cuda, "set_per_process_memory_fraction", given.append)
    for memory_mb in (2048, 1 << 20):
        start_gpu(memory_mb)
    assert given == [0.25, 1.0]


def test_waking_a_gpu_that_is_not_there_says_so() -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    with pytest.raises(MissingFacility, match="CUDA does not start") as error:
        gpu.wake()
    assert "--device cpu" in (error.value.remedy or "")


def test_the_drivers_folder_is_found_in_the_callers_environment_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / gpu.DRIVER).touch()
    monkeypatch.delenv("LD_LIBRARY_PATH", raising=False)
    of_this_machine = gpu.driver_folders()
    assert str(tmp_path) not in of_this_machine
    monkeypatch.setenv("LD_LIBRARY_PATH", f"/nowhere::{tmp_path}:{tmp_path}")
    assert gpu.driver_folders() == [str(tmp_path), *of_this_machine]


def test_with_a_gpu_the_driver_is_found_and_without_one_it_is_hidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / gpu.DRIVER).touch()
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    with_gpu, without = launch.Launcher("none", gpu=True), launch.Launcher("none")
    try:
        assert str(tmp_path) in with_gpu._library_path()
        hiding = Path(without._library_path()[0], gpu.DRIVER)
        assert hiding.read_bytes() == b""
        assert str(tmp_path) not in without._library_path()
    finally:
        with_gpu.close()
        without.close()


def test_the_device_is_woken_before_its_files_are_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = ["/dev/nvidia0"]
    seen: list[str] = []

    class SeenError(Exception):
        pass

    def layers_for(*_: object, devices: list[str], **__: object) -> None:
        seen.extend(devices)
        raise SeenError

    monkeypatch.setattr(gpu, "wake", lambda: there.append("/dev/nvidia-uvm"))
    monkeypatch.setattr(gpu, "gpu_devices", lambda: list(there))
    monkeypatch.setattr("gradeprop.session.grader.sandbox.layers_for", layers_for)
    with pytest.raises(SeenError):
        open_sandbox("none", device="cuda")
    assert seen == ["/dev/nvidia0", "/dev/nvidia-uvm"]
