from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradeprop.session.isolation.control_group import (
    SLACK_MB,
    ControlGroup,
    _own_groups,
    control_group,
    kills_around,
)

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")


@pytest.fixture
def group() -> Iterator[ControlGroup]:
    try:
        made = control_group()
    except OSError as error:
        pytest.skip(f"control groups cannot be made here: {error}")
    yield made
    made.remove()
    assert not made.memory.exists()
    assert not made.pids.exists()


def inside(group: ControlGroup, source: str) -> subprocess.CompletedProcess[str]:
    joining = "".join(f"open({path!r}, 'w').write('0')\n" for path in group.procs)
    return subprocess.run(
        [sys.executable, "-c", joining + source], capture_output=True, text=True, check=False
    )


def within(outer: ControlGroup) -> ControlGroup:
    """A group in another, which must be empty."""
    if outer.version == 2:
        (outer.memory / "cgroup.subtree_control").write_text("+memory +pids")
    made = ControlGroup(outer.memory / "inner", outer.pids / "inner", outer.version)
    for folder in {made.memory, made.pids}:
        folder.mkdir()
    return made


def test_memory_of_all_processes_together_is_bounded(group: ControlGroup) -> None:
    group.limit(64, 20)
    hungry = f"import os\nif os.fork() == 0: x = bytearray({SLACK_MB + 100} << 20); os._exit(0)\n"
    done = inside(group, hungry + "print(os.waitstatus_to_exitcode(os.wait()[1]))")
    assert done.stdout.strip() == "-9"
    assert group.kills() == 1
    assert group.limit_hits()


def test_what_runs_out_around_it_is_no_hit_of_its_own_limit(group: ControlGroup) -> None:
    inner = within(group)
    group.limit(64, 20)
    inner.limit(4096, 20)
    hungry = f"import os\nif os.fork() == 0: x = bytearray({SLACK_MB + 100} << 20); os._exit(0)\n"
    done = inside(inner, hungry + "print(os.waitstatus_to_exitcode(os.wait()[1]))")
    assert done.stdout.strip() == "-9"
    assert (inner.kills(), inner.limit_hits()) == (1, 0)
    inner.remove()


def test_the_number_of_processes_is_bounded(group: ControlGroup) -> None:
    group.limit(512, 5)
    # Each child lives until the parent closes its end of the pipe.
    source = (
        "import os\nread, write = os.pipe()\nn = 0\ntry:\n    while True:\n"
        "        if os.fork() == 0: os.close(write); os.read(read, 1); os._exit(0)\n"
        "        n += 1\nexcept OSError: print(n)"
    )
    assert inside(group, source).stdout.strip() == "4"


def test_it_has_a_share_of_the_processor_of_its_own_and_knows_what_was_used(
    group: ControlGroup,
) -> None:
    before = group.processor_s()
    if before is None or (group.version == 1 and not group.processor):
        pytest.skip("nobody counts processor time here")
    busy = "import time\nend = time.process_time() + 0.2\nwhile time.process_time() < end: pass\n"
    done = inside(group, busy + "print(open('/proc/self/cgroup').read())")
    after = group.processor_s()
    assert after is not None
    assert after >= before + 0.2
    if group.version == 1:
        lines = [line.split(":") for line in done.stdout.split()]
        shares = next(path for _, kinds, path in lines if "cpu" in kinds.split(","))
        assert shares.endswith(group.memory.name)


def test_without_the_processors_hierarchies_nothing_is_counted(tmp_path: Path) -> None:
    assert ControlGroup(tmp_path, tmp_path, 1).processor_s() is None
    assert ControlGroup(tmp_path, tmp_path, 2).processor_s() is None
    (tmp_path / "cpu.stat").write_text("usage_usec 2500000\nuser_usec 1\n")
    assert ControlGroup(tmp_path, tmp_path, 2).processor_s() == 2.5


def test_hits_that_nobody_counts_are_not_known(tmp_path: Path) -> None:
    assert ControlGroup(tmp_path, tmp_path, 1).limit_hits() is None
    (tmp_path / "memory.events").write_text("oom_kill 2\n")
    assert ControlGroup(tmp_path, tmp_path, 2).limit_hits() is None


def test_what_the_warm_process_has_does_not_count(group: ControlGroup) -> None:
    group.baseline_bytes = 100 << 20
    group.limit(10, 5)
    name = "memory.limit_in_bytes" if group.version == 1 else "memory.max"
    assert int((group.memory / name).read_text()) == (100 + 10 + SLACK_MB) << 20


def test_the_kernel_is_told_only_what_is_new(tmp_path: Path) -> None:
    group = ControlGroup(tmp_path, tmp_path, 2)
    limit = tmp_path / "memory.max"
    group.limit(1, 9)
    told = limit.read_text()
    limit.unlink()
    group.limit(1, 9)
    assert not limit.exists()
    group.limit(2, 9)
    assert limit.read_text() != told
    limit.unlink()
    limit.mkdir()  # refuses
    group.limit(3, 9)
    limit.rmdir()
    group.limit(3, 9)
    assert limit.exists()


def test_groups_of_killed_graders_are_removed(group: ControlGroup) -> None:
    own = group.memory.name.replace(str(os.getpid()), "99999999")
    abandoned = group.memory.parent / own
    abandoned.mkdir()
    control_group().remove()
    assert not abandoned.exists()
    assert group.memory.exists()


def test_a_group_with_this_process_number_that_it_has_not_made_is_removed(
    group: ControlGroup,
) -> None:
    """Another process had the number, in a namespace that had this one's."""
    abandoned = group.memory.parent / f"{group.memory.name}9"
    abandoned.mkdir()
    control_group().remove()
    assert not abandoned.exists()
    assert group.memory.exists()


def test_what_can_be_made_in_one_hierarchy_only_is_not_left_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gradeprop.session.isolation.control_group._ROOT", tmp_path)
    own = {"memory": "/", "pids": "/"}
    monkeypatch.setattr("gradeprop.session.isolation.control_group._own_groups", lambda: own)
    (tmp_path / "memory").mkdir()
    with pytest.raises(FileNotFoundError):
        control_group()
    assert list((tmp_path / "memory").iterdir()) == []


def test_a_container_leaves_alone_the_groups_of_graders_that_it_cannot_see(
    group: ControlGroup,
) -> None:
    apart = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--mount-proc"]
    if shutil.which("unshare") is None or subprocess.run([*apart, "true"], check=False).returncode:
        pytest.skip("no container can be imitated here")
    source = (
        "from gradeprop.session.isolation.control_group import control_group\n"
        f"from pathlib import Path\nassert not Path('/proc/{os.getpid()}').exists()\n"
        "made = control_group()\nprint(made.memory.parent)\nmade.remove()"
    )
    done = subprocess.run(
        [*apart, sys.executable, "-c", source], capture_output=True, text=True, check=False
    )
    if "PermissionError" in done.stderr:
        pytest.skip("a container may make no groups here")
    assert done.stdout.strip() == str(group.memory.parent), done.stderr
    assert all(Path(file).exists() for file in group.procs)


def test_version_two_speaks_its_own_files(tmp_path: Path) -> None:
    group = ControlGroup(tmp_path, tmp_path, 2)
    (tmp_path / "memory.current").write_text("1000\n")
    (tmp_path / "memory.events").write_text("low 0\noom 3\noom_kill 2\n")
    group.note_baseline()
    group.limit(1, 9)
    assert group.kills() == 2
    assert group.limit_hits() == 3
    assert (tmp_path / "memory.max").read_text() == str(1000 + ((1 + SLACK_MB) << 20))
    assert (tmp_path / "pids.max").read_text() == "9"
    assert group.procs == [str(tmp_path / "cgroup.procs")]


@pytest.mark.parametrize(
    ("own", "file"),
    [
        ({"": "/job"}, "job/memory.events"),
        ({"": "/", "memory": "/slurm/job"}, "memory/slurm/job/memory.oom_control"),
    ],
)
def test_what_was_killed_around_is_counted(
    own: dict[str, str], file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gradeprop.session.isolation.control_group._ROOT", tmp_path)
    monkeypatch.setattr("gradeprop.session.isolation.control_group._own_groups", lambda: own)
    assert kills_around() == 0
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_text("under_oom 0\noom_kill 3\n")
    assert kills_around() == 3


def test_the_own_groups_are_known() -> None:
    assert _own_groups()
