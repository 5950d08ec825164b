"""Workers whose results could differ are refused by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from gradeprop.errors import MissingFacility
from grading.run.cluster.conftest import Class, Cluster, as_variables, certificates_in

OLD = "import gradeprop.version\n\ngradeprop.version.__version__ = '0.0.1'\n"


@pytest.mark.slow
def test_other_versions_and_nannies_are_refused_and_the_others_grade(
    a_class: Class, cluster: Cluster, tmp_path: Path
) -> None:
    preload = tmp_path / "old.py"
    preload.write_text(OLD)
    cluster.start_worker("--no-nanny", "--preload", str(preload))
    cluster.start_worker("--nanny", "--nworkers", "1")
    with pytest.raises(MissingFacility, match="for the reasons above; start others with `dask"):
        a_class.graded(cluster.address)
    cluster.start_worker()
    assert len(a_class.graded(cluster.address)) == 12
    told = "\n".join(a_class.told)
    assert re.search(
        r"Worker worker-0 \(tcp://.*\) is not used: it has gradeprop 0.0.1 there", told
    )
    assert re.search(r"Worker worker-1 .* under a nanny.* start it with --no-nanny", told)


@pytest.mark.slow
def test_a_nanny_may_have_a_worker_that_is_no_daemon(a_class: Class, cluster: Cluster) -> None:
    cluster.start_worker(
        "--nanny", "--nworkers", "1", "--nthreads", "1", DASK_DISTRIBUTED__WORKER__DAEMON="False"
    )
    assert len(a_class.graded(cluster.address)) == 12


@pytest.mark.slow
def test_a_worker_without_a_gpu_is_refused_where_one_is_asked_for(
    a_class: Class, cluster: Cluster
) -> None:
    cluster.start_worker()
    with pytest.raises(MissingFacility, match="cannot be used"):
        a_class.graded(cluster.address, plan=a_class.plan(devices=("cpu", "cuda")))
    assert any(re.search("offers no GPU.*--resources GPU=1", said) for said in a_class.told)


@pytest.mark.slow
def test_a_package_that_a_worker_lacks_refuses_it(a_class: Class, cluster: Cluster) -> None:
    cluster.start_worker()
    course = a_class.room.course
    spec = course.spec.model_copy(update={"packages": ("no_such_package",)})
    a_class.room.course = course.model_copy(update={"spec": spec})
    with pytest.raises(MissingFacility, match="cannot be used"):
        a_class.graded(cluster.address)
    assert any("cannot import no_such_package" in said for said in a_class.told)


@pytest.mark.slow
def test_with_certificates_of_the_documented_commands_it_speaks_tls(
    a_class: Class,
    start_cluster: Callable[..., Cluster],
    tmp_path: Path,
) -> None:
    settings = certificates_in(tmp_path)
    cluster = start_cluster("tls", **as_variables(settings))
    cluster.start_worker()
    with pytest.raises(MissingFacility, match="names no certificates"):
        a_class.graded(cluster.address)
    import dask

    with dask.config.set(settings):
        assert len(a_class.graded(cluster.address)) == 12
