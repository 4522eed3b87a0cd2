"""Running a notebook in a kernel of its own: this very interpreter, in an empty folder, watched from start to end."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from course_lib.base.errors import EnvironmentProblem
from course_lib.base.files import workshop
from course_lib.publishing.memory import PeakMemory
from course_lib.session import tidying

OnCell = Callable[[int, int, str], None]

# A kernel's ports are chosen before it starts; another program may have taken one by then. It is begun so often.
_STARTS = 3
# What ZeroMQ says then, on Linux and macOS and on Windows.
_PORT_TAKEN = ("Address already in use", "Address in use")

# Asked of the kernel at the end; what the lesson did not import is not imported for this.
_VERSIONS = """\
import json as _json, platform as _platform, sys as _sys
_versions = {"python": _platform.python_version()}
for _name in ("keras", "numpy"):
    if _name in _sys.modules:
        _versions[_name] = _sys.modules[_name].__version__
if "keras" in _sys.modules:
    _versions["backend"] = _sys.modules["keras"].backend.backend()
    _versions[_versions["backend"]] = _sys.modules[_versions["backend"]].__version__
print(_json.dumps(_versions))
"""


@dataclass
class Execution:
    """What was measured while a notebook ran.

    Args:
        seconds: from before the kernel's start to after the last cell.
        seconds_per_cell: by cell id.
        peak_memory_mb: the most memory the kernel and its children held at once.
        versions: of Python and of the main packages the notebook imported.
    """

    seconds: float = 0.0
    seconds_per_cell: dict[str, float] = field(default_factory=dict)
    peak_memory_mb: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)


class CellStopped(Exception):
    """A cell did not come to its end.

    Args:
        cell: the cell.
        reason: one line: the error, the timeout, or how the kernel died.
        traceback: the traceback as the kernel formatted it; empty where there is none.
    """

    def __init__(self, cell: NotebookNode, reason: str, traceback: str = "") -> None:
        super().__init__(reason)
        self.cell = cell
        self.reason = reason
        self.traceback = traceback


class _ThisInterpreter(KernelSpecManager):
    """Finds one kernel, the running interpreter: kernels installed elsewhere on the machine play no part."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python 3", language="python")


def execute(
    notebook: NotebookNode, environment: Mapping[str, str], timeout: float, on_cell: OnCell | None = None
) -> Execution:
    """Run every code cell of a notebook and put the outputs into it.

    Args:
        notebook: the notebook; it is changed in place.
        environment: variables set for the kernel besides those of this process.
        timeout: seconds that one cell may take.
        on_cell: called before each code cell with its place (from 1), how many there are, and its id.

    Returns:
        What was measured.

    Raises:
        CellStopped: if a cell raises, takes too long, or ends the kernel; the notebook then holds what came before.
        EnvironmentProblem: if no kernel starts.
        KeyboardInterrupt: if interrupted, or stopped by `stop_all`; the kernel is killed first.
    """
    # On Windows the default event loop cannot wait for the kernel's sockets.
    factory = asyncio.SelectorEventLoop if sys.platform == "win32" else None
    with (
        workshop("course-run-") as folder,
        asyncio.Runner(loop_factory=factory) as runner,
    ):
        try:
            return runner.run(_stoppable(_Run(notebook, environment, timeout, on_cell, folder).execute()))
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None


# What is being executed in this process, each in a thread with a loop of its own.
_AT_WORK: set[tuple[asyncio.AbstractEventLoop, asyncio.Task]] = set()
_LOCK = threading.Lock()


async def _stoppable(work: Coroutine[None, None, Execution]) -> Execution:
    """Do the work, and be known to `stop_all` meanwhile."""
    one = (asyncio.get_running_loop(), asyncio.current_task())
    with _LOCK:
        _AT_WORK.add(one)
    try:
        return await work
    finally:
        with _LOCK:
            _AT_WORK.discard(one)


def stop_all() -> None:
    """Stop every notebook that this process is executing, in whatever thread; each `execute` ends as if interrupted."""
    with _LOCK:
        for loop, task in _AT_WORK:
            loop.call_soon_threadsafe(task.cancel)
        # Each is told once: a second time would keep it from killing its kernel.
        _AT_WORK.clear()


class _Run:
    """One run of one notebook in a temporary folder."""

    def __init__(
        self,
        notebook: NotebookNode,
        environment: Mapping[str, str],
        timeout: float,
        on_cell: OnCell | None,
        folder: Path,
    ) -> None:
        self.notebook = notebook
        self.on_cell = on_cell
        self.folder = folder
        self.environment = environment
        self.timeout = timeout
        self.kernel_log = folder / "kernel.log"
        self.execution = Execution()
        self._prepare(0)

    def _prepare(self, attempt: int) -> None:
        """A manager and a client for a kernel that is still to start, with ports of their own."""
        self.manager = AsyncKernelManager(
            kernel_name="python3",
            kernel_spec_manager=_ThisInterpreter(),
            connection_file=str(self.folder / f"connection-{attempt}.json"),
        )
        self.client = NotebookClient(
            self.notebook,
            km=self.manager,
            timeout=self.timeout,
            startup_timeout=120,
            coalesce_streams=True,
            record_timing=False,
            log=_silent_log(),
        )

    async def execute(self) -> Execution:
        started = time.perf_counter()
        try:
            await self._start()
            with PeakMemory(self.manager.provisioner.pid) as memory:
                try:
                    await self._cells()
                finally:
                    memory.look()
            self.execution.peak_memory_mb = memory.megabytes
        finally:
            await self._stop()
        self.execution.seconds = time.perf_counter() - started
        return self.execution

    async def _start(self) -> None:
        work = self.folder / "work"
        work.mkdir()
        for attempt in range(1, _STARTS + 1):
            with self.kernel_log.open("wb") as log:
                await self.client.async_start_new_kernel(
                    cwd=str(work), env=_kernel_environment(self.environment, self.folder), stdout=log, stderr=log
                )
            try:
                return await self.client.async_start_new_kernel_client()
            except RuntimeError as error:
                said = self.kernel_log.read_text(encoding="utf-8", errors="replace")
                if attempt == _STARTS or not any(words in said for words in _PORT_TAKEN):
                    advice = f"no notebook kernel starts ({error}); is ipykernel installed?"
                    raise EnvironmentProblem("\n".join((advice, *said.splitlines()[-15:]))) from None
                await self._stop()
                self._prepare(attempt)

    async def _cells(self) -> None:
        code = [(index, cell) for index, cell in enumerate(self.notebook.cells) if cell.cell_type == "code"]
        for count, (index, cell) in enumerate(code, start=1):
            if self.on_cell is not None:
                self.on_cell(count, len(code), cell.id)
            started = time.perf_counter()
            try:
                await self.client.async_execute_cell(cell, index, execution_count=count)
            except CellExecutionError as error:
                trace = next((output.traceback for output in cell.outputs if output.output_type == "error"), [])
                raise CellStopped(cell, f"{error.ename}: {error.evalue}".rstrip(": "), "\n".join(trace)) from None
            except CellTimeoutError:
                raise CellStopped(cell, f"it ran longer than {self.client.timeout:g} seconds") from None
            except DeadKernelError:
                status = await self.manager.provisioner.poll()
                if status is None:
                    # The kernel is well: nbclient takes the cancellation that an interrupt causes for a death.
                    raise asyncio.CancelledError from None
                raise CellStopped(cell, _death(status)) from None
            self.execution.seconds_per_cell[cell.id] = time.perf_counter() - started
        await self._ask_versions()

    async def _ask_versions(self) -> None:
        question = new_code_cell(_VERSIONS)
        # nbclient puts what it executes into the notebook, so the question has to be there for a moment.
        self.notebook.cells.append(question)
        try:
            await self.client.async_execute_cell(question, len(self.notebook.cells) - 1, store_history=False)
        finally:
            self.notebook.cells.pop()
        self.execution.versions = json.loads(question.outputs[0].text)

    async def _stop(self) -> None:
        if self.client.kc is not None:
            self.client.kc.stop_channels()
        if self.manager.has_kernel:
            await self.manager.shutdown_kernel(now=True)


def _kernel_environment(extra: Mapping[str, str], folder: Path) -> dict[str, str]:
    environment = {**tidying.ENVIRONMENT, **os.environ, **extra}
    # The kernel works in another folder: a path relative to this one must not change its meaning.
    for name in ("COURSE_DATA", "COURSE_CACHE"):
        if environment.get(name):
            environment[name] = str(Path(environment[name]).expanduser().absolute())
    library = str(Path(__file__).resolve().parents[2])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (library, environment.get("PYTHONPATH"))))
    # No start-up file, history or plotting backend of this machine's user has a say.
    environment["IPYTHONDIR"] = str(folder / "ipython")
    environment["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    environment["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    environment.pop("PYTHONSTARTUP", None)
    return environment


def _death(status: int) -> str:
    if status < 0:
        name = signal.Signals(-status).name if -status in set(signal.Signals) else f"signal {-status}"
        hint = "; the usual reason is too little memory" if name == "SIGKILL" else ""
        return f"the kernel was killed ({name}){hint}"
    return f"the kernel ended by itself (exit code {status})"


def _silent_log() -> logging.Logger:
    """nbclient's notes would mix with the progress shown to the reader, and say nothing that the errors do not."""
    log = logging.getLogger("course_lib.publishing.kernel")
    log.propagate = False
    if not log.handlers:
        log.addHandler(logging.NullHandler())
    return log
