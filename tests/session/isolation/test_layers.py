from __future__ import annotations

import resource
import sys

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")
layers = pytest.importorskip("gradeprop.session.isolation.layers")
REQUEST = {"memory_mb": 100, "processes": 7, "file_bytes": 5, "cpu_s": 9}


def test_layers_survive_the_command_line() -> None:
    chosen = layers.Layers("restricted", ("/usr",), (b"\0\1", b"x"), b"y", ("/dev/nvidia0",), 7)
    assert layers.Layers.from_json(chosen.as_json()) == chosen
    none = layers.Layers("none")
    assert layers.Layers.from_json(none.as_json()) == none


def test_memory_counts_from_what_the_warm_process_has() -> None:
    limits = dict(layers.resource_limits(REQUEST, 1000, "full", gpu=False))
    assert limits[resource.RLIMIT_AS] == 1000 + (100 << 20)
    assert limits[resource.RLIMIT_NPROC] == 7


def test_a_gpu_leaves_address_space_alone() -> None:
    assert resource.RLIMIT_AS not in dict(layers.resource_limits(REQUEST, 1000, "full", gpu=True))


def test_processes_are_counted_by_the_kernel_only_in_an_own_user_namespace() -> None:
    assert resource.RLIMIT_NPROC not in dict(
        layers.resource_limits(REQUEST, 0, "restricted", gpu=False)
    )


def test_with_a_gpu_a_file_may_be_as_large_as_memory_since_cuda_keeps_memory_in_files() -> None:
    limits = dict(layers.resource_limits(REQUEST, 1000, "full", gpu=True))
    assert limits[resource.RLIMIT_FSIZE] == 100 << 20
    assert (
        dict(layers.resource_limits(REQUEST, 1000, "full", gpu=False))[resource.RLIMIT_FSIZE] == 5
    )
