"""Proves that a notebook runs in a kernel of its own and is measured, and that no way to end badly goes unnamed.

Every test here starts a real kernel.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest
from jupyter_client.connect import LocalPortCache
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_lib.base.errors import EnvironmentProblem
from course_lib.publishing.kernel import CellStopped, Execution, execute


def run(
    *cells: str, timeout: float = 60, environment: dict[str, str] | None = None
) -> tuple[dict[str, str], Execution]:
    """Execute cells named c1, c2, …; gives what each printed, and what was measured."""
    notebook = new_notebook(cells=[new_code_cell(code, id=f"c{place}") for place, code in enumerate(cells, start=1)])
    execution = execute(notebook, environment or {}, timeout)
    return {cell.id: "".join(output.get("text", "") for output in cell.outputs) for cell in notebook.cells}, execution


def stopped(*cells: str, timeout: float = 60) -> CellStopped:
    """Execute cells that do not all come to their end."""
    with pytest.raises(CellStopped) as raised:
        run(*cells, timeout=timeout)
    return raised.value


@pytest.mark.seconds
def test_a_run_is_measured_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COURSE_DATA", "data")
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    notebook = new_notebook(
        cells=[
            new_markdown_cell("words", id="words"),
            new_code_cell("import os, sys, time; open('left', 'w').write('x'); time.sleep(0.5)", id="slow"),
            new_code_cell(
                "names = ('COURSE_SCALE', 'COURSE_DATA', 'MPLBACKEND', 'MALLOC_ARENA_MAX')\n"
                "print(sys.executable, *map(os.environ.get, names))\n"
                "print(os.getcwd())",
                id="where",
            ),
            new_code_cell(
                "for n in range(3):\n    print(f'step {n}', end='\\r', flush=True); time.sleep(0.05)", id="bar"
            ),
            new_code_cell("import course_lib; print(course_lib.__file__)", id="library"),
            new_code_cell("import numpy\nlarge = numpy.ones(25_000_000)\ndel large", id="memory"),
        ]
    )
    steps = []
    before = time.perf_counter()
    execution = execute(notebook, {"COURSE_SCALE": "full"}, 60, lambda *step: steps.append(step))
    wall = time.perf_counter() - before
    cells = {cell.id: cell for cell in notebook.cells}

    assert list(execution.seconds_per_cell) == ["slow", "where", "bar", "library", "memory"]
    assert 0.5 <= execution.seconds_per_cell["slow"] < 5
    assert sum(execution.seconds_per_cell.values()) < execution.seconds <= wall
    assert steps == [(place, 5, name) for place, name in enumerate(execution.seconds_per_cell, start=1)]

    first, folder = cells["where"].outputs[0].text.splitlines()
    assert first.split() == [
        sys.executable,
        "full",
        str(tmp_path / "data"),
        "module://matplotlib_inline.backend_inline",
        "1",
    ]
    assert list(tmp_path.iterdir()) == [] and not Path(folder).exists()

    assert [output.text for output in cells["bar"].outputs] == ["step 2\r"], "a progress bar is one output"
    assert Path(cells["library"].outputs[0].text.strip()) == Path(__file__).parents[2] / "course_lib" / "__init__.py"
    assert 200 < execution.peak_memory_mb < 600, "the 200 MB are seen although they are freed again"
    assert execution.versions["python"] == sys.version.split()[0]
    assert "numpy" in execution.versions and "keras" not in execution.versions
    assert [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"] == [1, 2, 3, 4, 5]
    assert len(notebook.cells) == 6 and "execution" not in cells["slow"].metadata


@pytest.mark.seconds
def test_a_cell_that_raises_is_named_with_its_traceback():
    end = stopped("x = 1", "x\nprint('before')\n1 / 0", "never = 1")
    assert (end.cell.id, end.reason) == ("c2", "ZeroDivisionError: division by zero")
    assert "line 3" in re.sub(r"\x1b\[[0-9;]*m", "", end.traceback)
    assert end.cell.outputs[0].text == "before\n", "what came before the error is kept"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals")
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import os; os._exit(3)", "the kernel ended by itself (exit code 3)"),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
            "the kernel was killed (SIGKILL); the usual reason is too little memory",
        ),
        ("import os; os.abort()", "the kernel was killed (SIGABRT)"),
        ("import ctypes; ctypes.string_at(0)", "the kernel was killed (SIGSEGV)"),
    ],
)
def test_a_kernel_that_dies_is_told_with_the_cell_that_did_it(code: str, reason: str):
    end = stopped("x = 1", code)
    assert (end.cell.id, end.reason) == ("c2", reason)


@pytest.mark.slow
def test_a_cell_that_hangs_is_stopped_and_its_kernel_with_it(tmp_path: Path):
    note = tmp_path / "pid"
    before = time.perf_counter()
    end = stopped(
        f"import os; open({str(note)!r}, 'w').write(str(os.getpid()))", "import time; time.sleep(600)", timeout=2
    )
    assert (end.cell.id, end.reason) == ("c2", "it ran longer than 2 seconds")
    assert time.perf_counter() - before < 60
    assert not psutil.pid_exists(int(note.read_text()))


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells how memory is shared")
def test_the_memory_of_child_processes_counts_and_what_they_share_counts_once():
    # 200 MB in the kernel, which the child shares, and 300 MB of the child's own.
    _, execution = run(
        "import os, time, numpy\n"
        "shared = numpy.ones(25_000_000)\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    own = numpy.ones(37_500_000)\n"
        "    time.sleep(1.5)\n"
        "    os._exit(0)\n"
        "_ = os.waitpid(child, 0)"
    )
    assert 500 < execution.peak_memory_mb < 700


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals")
def test_an_interrupt_kills_the_kernel_and_is_passed_on(tmp_path: Path):
    note = tmp_path / "pid"
    script = textwrap.dedent(
        f"""
        from nbformat.v4 import new_code_cell, new_notebook
        from course_lib.publishing.kernel import execute
        code = "import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
        try:
            execute(new_notebook(cells=[new_code_cell(code)]), {{}}, 600)
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        """
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True
    )
    kernel = _wait_for_pid(note)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert said == "interrupted\n" and process.returncode == 0
    assert not psutil.pid_exists(kernel)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals")
def test_a_run_that_is_killed_takes_its_kernel_with_it_and_writes_nothing(root: Path, tmp_path: Path):
    note = tmp_path / "pid"
    source = root / "chapters" / "99_counting.py"
    hanging = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    text = source.read_text(encoding="utf-8").replace("twice = sentences * 2", hanging)
    source.write_text(text, encoding="utf-8")
    script = textwrap.dedent(
        f"""
        from pathlib import Path
        from course_lib.publishing import executor, notebooks, source
        notebooks.setup_code = lambda *_: "check = print"
        lesson = source.parse(Path({str(source)!r}))
        executor.run(lesson, "en", "student", "smoke", build_folder=Path({str(root / "build")!r}))
        """
    )
    process = subprocess.Popen([sys.executable, "-c", script], cwd=Path(__file__).parents[2])
    kernel = _wait_for_pid(note)
    process.kill()
    process.wait(timeout=60)
    assert not (root / "build").exists()
    for _ in range(300):
        if not psutil.pid_exists(kernel) or psutil.Process(kernel).status() == psutil.STATUS_ZOMBIE:
            break
        time.sleep(0.1)
    else:
        pytest.fail("the kernel outlived the run by 30 seconds")


def _wait_for_pid(note: Path) -> int:
    for _ in range(600):
        if note.exists() and note.read_text():
            return int(note.read_text())
        time.sleep(0.1)
    raise AssertionError("no kernel started within a minute")


@pytest.mark.slow
def test_a_port_that_another_program_took_first_is_no_end(monkeypatch: pytest.MonkeyPatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        real, asked = LocalPortCache.find_available_port, []

        def find(self: LocalPortCache, ip: str) -> int:
            asked.append(ip)
            return taken.getsockname()[1] if len(asked) == 1 else real(self, ip)

        monkeypatch.setattr(LocalPortCache, "find_available_port", find)
        assert run("print(6 * 7)")[0] == {"c1": "42\n"}
    assert len(asked) == 10  # five ports, twice


@pytest.mark.slow
def test_ports_that_are_always_taken_end_it(monkeypatch: pytest.MonkeyPatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr(LocalPortCache, "find_available_port", lambda *_: taken.getsockname()[1])
        with pytest.raises(EnvironmentProblem, match=r"(?s)no notebook kernel starts .*in use"):
            run("print(6 * 7)")
