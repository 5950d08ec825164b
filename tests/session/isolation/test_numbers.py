"""Every number of Linux's that stands in our code, by the kernel's own headers, for x86_64 and for
arm64, whose table of calls is the generic one."""

from __future__ import annotations

import importlib
import re
import struct
import sys
from functools import cache
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from prove_gpu import bpf

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")

_INCLUDE = Path("/usr/include")
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# Calls that got their number after all architectures had agreed to give the same ones.
_COMMON = 424


def header(*names: str) -> str:
    for name in names:
        for path in (_INCLUDE / name, *_INCLUDE.glob(f"*-linux-gnu/{name}")):
            if path.is_file():
                return path.read_text(encoding="utf-8", errors="replace")
    pytest.skip(f"the kernel's headers are not installed ({names[0]}): apt install linux-libc-dev")


@cache
def calls(machine: str) -> dict[str, int]:
    """System calls and their numbers."""
    if machine == "x86_64":
        return numbers_in(header("asm/unistd_64.h"))
    return numbers_in(header("asm-generic/unistd.h"))


def numbers_in(text: str) -> dict[str, int]:
    """What ``#define __NR_x 1`` says. The generic table has for some calls a number first and then
    a name for each size of a word; ours have 64 bits."""
    found = {name: int(number) for name, number in _defined(text, r"__NR(?:3264)?_(\w+)", r"(\d+)")}
    wide = re.search(
        r"^#if __BITS_PER_LONG == 64 && [^\n]*\n(.*?)^#else", text, re.DOTALL | re.MULTILINE
    )
    same = _defined(wide[1], r"__NR_(\w+)", r"__NR3264_(\w+)") if wide else []
    return found | {name: found[meant] for name, meant in same if meant in found}


def _defined(text: str, name: str, value: str) -> list[tuple[str, str]]:
    return re.findall(rf"^[ \t]*#[ \t]*define[ \t]+{name}[ \t]+{value}\b", text, re.MULTILINE)


def constants(*headers: str) -> dict[str, int]:
    """Plain numbers in headers that are the same for every architecture."""
    found: dict[str, int] = {}
    for name in headers:
        for what, value in _defined(header(name), r"(\w+)", r"(0x[0-9a-fA-F]+|\d+)[UL]*"):
            found.setdefault(
                what, int(value, 16 if value[:2] == "0x" else 8 if _octal(value) else 10)
            )
        bits = re.findall(r"#define\s+(\w+)\s+\(?1(?:ULL|UL|U)?\s*<<\s*(\d+)\)?", header(name))
        found |= {what: 1 << int(bit) for what, bit in bits}
    return found


def _octal(value: str) -> bool:
    return value[0] == "0" and value != "0"


def ours(module: str) -> Any:
    return importlib.import_module(f"gradeprop.session.isolation.{module}")


def test_the_tables_are_read_as_they_are_meant() -> None:
    intel, arm = calls("x86_64"), calls("aarch64")
    assert (intel["read"], intel["openat"], intel["mmap"], intel["seccomp"]) == (0, 257, 9, 317)
    assert (arm["read"], arm["openat"], arm["mmap"], arm["fcntl"]) == (63, 56, 222, 25)
    assert "open" not in arm
    assert "fork" not in arm


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_supervisor_knows_every_call_that_it_is_asked_about(machine: str) -> None:
    """Those that the supervising filter names, as far as the architecture has them."""
    asked = {
        **dict.fromkeys(("clone",), "clone"),
        **{"fork": "fork", "vfork": "vfork"},
        **dict.fromkeys(("open", "openat", "creat", "mkdir", "mkdirat"), "file"),
    }
    table = calls(machine)
    known = {table[name]: meaning for name, meaning in asked.items() if name in table}
    assert ours("supervisor")._NUMBERS[machine] == known


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_calls_that_are_made_by_number_are_those(machine: str) -> None:
    table, landlock = calls(machine), ours("landlock")
    assert ours("syscalls")._SECCOMP[machine] == table["seccomp"]
    assert table["landlock_create_ruleset"] == landlock._CREATE
    assert table["landlock_add_rule"] == landlock._ADD_RULE
    assert table["landlock_restrict_self"] == landlock._RESTRICT


def test_riscv_has_the_generic_number() -> None:
    assert ours("syscalls")._SECCOMP["riscv64"] == calls("aarch64")["seccomp"]


def test_what_is_newer_than_known_begins_at_the_same_number_everywhere() -> None:
    intel, arm = calls("x86_64"), calls("aarch64")
    late = {
        name: number for name, number in intel.items() if number >= _COMMON and "x32" not in name
    }
    both = {name for name in late if name in arm and arm[name] >= _COMMON}
    assert {name: late[name] for name in both} == {name: arm[name] for name in both}
    assert intel["set_mempolicy_home_node"] == arm["set_mempolicy_home_node"] == 450
    for machine, architecture in _AUDIT.items():
        newer = ours("filters")._NEWER_THAN_KNOWN
        refused = [bool(bpf.refused([newer], call(number, architecture))) for number in (449, 450)]
        assert refused == [False, True], machine


def test_flags_are_those_of_the_kernel() -> None:
    here = vars(ours("syscalls"))
    known = constants(
        "linux/prctl.h", "linux/sched.h", "linux/mount.h", "linux/seccomp.h", "linux/capability.h"
    )
    named = {
        "NEW_NS": "CLONE_NEWNS", "NEW_CGROUP": "CLONE_NEWCGROUP", "NEW_UTS": "CLONE_NEWUTS",
        "NEW_IPC": "CLONE_NEWIPC", "NEW_USER": "CLONE_NEWUSER", "NEW_PID": "CLONE_NEWPID",
        "NEW_NET": "CLONE_NEWNET", "MS_NOSUID": "MS_NOSUID", "MS_NODEV": "MS_NODEV",
        "MS_NOEXEC": "MS_NOEXEC", "_MS_BIND": "MS_BIND", "_MS_REC": "MS_REC",
        "_MS_PRIVATE": "MS_PRIVATE", "_PR_SET_PDEATHSIG": "PR_SET_PDEATHSIG",
        "_PR_CAPBSET_DROP": "PR_CAPBSET_DROP", "_PR_CAP_AMBIENT": "PR_CAP_AMBIENT",
        "_PR_SET_CHILD_SUBREAPER": "PR_SET_CHILD_SUBREAPER",
        "_PR_SET_NO_NEW_PRIVS": "PR_SET_NO_NEW_PRIVS",
        "_PR_CAP_AMBIENT_CLEAR_ALL": "PR_CAP_AMBIENT_CLEAR_ALL",
        "_CAPABILITY_VERSION_3": "_LINUX_CAPABILITY_VERSION_3",
        "_SECCOMP_SET_MODE_FILTER": "SECCOMP_SET_MODE_FILTER",
    }  # fmt: skip
    assert {name: here[name] for name in named} == {
        name: known[kernels] for name, kernels in named.items()
    }
    assert here["_SECCOMP_NEW_LISTENER"] == known["SECCOMP_FILTER_FLAG_NEW_LISTENER"]
    assert known["CLONE_THREAD"] == ours("supervisor")._CLONE_THREAD


def test_landlocks_rights_are_those_of_the_kernel() -> None:
    here, known = vars(ours("landlock")), constants("linux/landlock.h")
    for name in ("EXECUTE", "WRITE_FILE", "READ_FILE", "READ_DIR", "REFER", "TRUNCATE"):
        kernels = f"LANDLOCK_ACCESS_FS_{name}"
        if kernels in known:  # a header may be older than the right
            assert here[f"_{name}"] == known[kernels]


def test_asking_and_answering_the_kernel_have_their_numbers() -> None:
    """``_IOWR('!', 0, struct seccomp_notif)``, whose parts are the same on both architectures."""
    supervisor = ours("supervisor")

    def both_ways(number: int, size: int) -> int:
        return 3 << 30 | size << 16 | ord("!") << 8 | number

    assert both_ways(0, struct.calcsize("=QIIiIQ6Q")) == supervisor._RECEIVE
    assert both_ways(1, struct.calcsize("=QqiI")) == supervisor._SEND


# The filters themselves, built for arm64 on whatever this is.


def call(number: int, architecture: int, *arguments: int) -> bytes:
    """The kernel's ``struct seccomp_data``."""
    return struct.pack("=iIQ6Q", number, architecture, 0, *(*arguments, 0, 0, 0, 0, 0, 0)[:6])


def for_machine(machine: str) -> ModuleType:
    """pyseccomp, as if this were such a machine."""
    sc: Any = pytest.importorskip("pyseccomp")
    wanted = {"x86_64": sc.Arch.X86_64, "aarch64": sc.Arch.AARCH64}[machine]

    def rules(action: int) -> Any:
        made = sc.SyscallFilter(action)
        if wanted != sc.system_arch():
            made.add_arch(wanted)
            made.remove_arch(sc.system_arch())
        return made

    def resolve(_: Any, name: str) -> int:
        return sc.resolve_syscall(wanted, name)  # type: ignore[no-any-return]

    known = {name: getattr(sc, name) for name in dir(sc) if not name.startswith("__")}
    stand_in: Any = SimpleNamespace(**known)
    stand_in.SyscallFilter, stand_in.resolve_syscall = rules, resolve
    return stand_in  # type: ignore[no-any-return]


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize("level", ["full", "restricted"])
def test_filters_refuse_the_same_calls_on_both(
    machine: str, level: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyseccomp", for_machine(machine))
    built = ours("filters").build_filters(level, supervise=True, signals_scoped=False)
    table = calls(machine)

    def refused(name: str, *arguments: int) -> bool:
        return bool(bpf.refused(built.refuse, call(table[name], _AUDIT[machine], *arguments)))

    def asks(name: str, *arguments: int) -> bool:
        program = [built.supervise]
        return bool(bpf.refused(program, call(table[name], _AUDIT[machine], *arguments)))

    restricted = level == "restricted"
    for name in ("read", "write", "mmap", "futex", "exit_group", "getrandom", "wait4"):
        assert not refused(name), name
    for name in ("ptrace", "mount", "setns", "bpf", "keyctl", "clone3", "memfd_create", "setuid"):
        assert refused(name), name
    for name in ("execve", "kill", "symlinkat", "openat2"):
        assert refused(name) == restricted, name
    assert refused("clone", 0x10000000)  # a user namespace
    assert not refused("clone", 17)
    assert refused("socket", 2)
    assert refused("socket", 1) == restricted
    assert asks("clone", 17)
    assert asks("openat", 0, 0, 0o100) == restricted
    assert not asks("openat", 0, 0, 0)
    assert asks("mkdirat") == restricted
