"""Proves that what a container may not use does not count as free memory, by files as Linux writes them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from course_lib.publishing import memory


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A machine with 10 GB free, and these groups and limits; gives what is free then."""

    def free(groups: str, **files: str) -> float:
        (tmp_path / "cgroup").write_text(groups)
        for name, content in files.items():
            path = tmp_path / "limits" / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        monkeypatch.setattr(memory.psutil, "virtual_memory", lambda: SimpleNamespace(available=10e9))
        monkeypatch.setattr(memory, "_GROUPS", tmp_path / "cgroup")
        monkeypatch.setattr(memory, "_LIMITS", tmp_path / "limits")
        return memory.free_gigabytes()

    return free


def _new(limit: str, used: int, cached: int, folder: str = "") -> dict[str, str]:
    return {
        f"{folder}memory_dot_max": f"{limit}\n",
        f"{folder}memory_dot_current": f"{used}\n",
        f"{folder}memory_dot_stat": f"anon 5\ninactive_file {cached}\n",
    }


def test_without_a_limit_the_machine_decides(machine) -> None:
    assert machine("0::/\n", **_new("max", 2_000_000_000, 0)) == 10
    assert machine("") == 10


def test_a_containers_limit_counts_less_what_it_uses_and_cannot_give_back(machine) -> None:
    assert machine("0::/\n", **_new("4000000000", 2_000_000_000, 500_000_000)) == 2.5
    assert machine("0::/\n", **_new("4000000000", 5_000_000_000, 0)) == 0
    assert machine("0::/\n", **_new("40000000000", 0, 0)) == 10


def test_the_tightest_of_nested_groups_counts_even_where_only_the_host_knows_the_path(machine) -> None:
    outer, inner = _new("3000000000", 1_000_000_000, 0, "a__"), _new("9000000000", 500_000_000, 0, "a__b__")
    assert machine("0::/a/b\n", **outer, **inner) == 2
    assert machine("0::/docker/1234\n", **_new("1500000000", 0, 0)) == 1.5


def test_the_groups_of_older_systems_count(machine) -> None:
    files = {
        "memory__memory_dot_limit_in_bytes": "2000000000\n",
        "memory__memory_dot_usage_in_bytes": "1500000000\n",
        "memory__memory_dot_stat": "cache 9\ntotal_inactive_file 250000000\n",
    }
    assert machine("5:cpu,cpuacct:/x\n4:memory:/docker/1234\n", **files) == 0.75
