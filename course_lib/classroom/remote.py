"""A hand-in's functions as if they were here: called in their own process, believed in nothing."""

from __future__ import annotations

import inspect
import os
import queue
import secrets
import struct
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from course_lib.base import settings
from course_lib.checks.calling import StillRunning
from course_lib.checks.hints import Hint
from course_lib.classroom.confinement import Limits
from course_lib.classroom.values import MOST_BYTES, Unreadable, dumps, loads, pack, take_over, unpack
from course_lib.showing.language import tr

# What a hand-in has no business with: the answers to its own exercises, and those who grade it.
_WITHHELD = ("checks", "classroom", "cli", "publishing")
_START_SECONDS = 60.0


class Gone(Exception):
    """The process has ended, or had to be ended.

    Args:
        why: `"ended"`, `"time"` or `"noise"`: it ended itself, it took too long, it sent what is no answer.
        code: its exit code, where it ended itself.
    """

    def __init__(self, why: str, code: int | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.code = code


class Remote:
    """A process that runs a hand-in's code.

    Args:
        scratch: an empty folder that it works in; nothing else can it write to.
        limits: what it may take.

    Attributes:
        layers: what holds it, as `confine` says.

    Raises:
        Gone: if it does not start.
    """

    def __init__(self, scratch: Path, limits: Limits) -> None:
        self.limits = limits
        self.scratch = scratch
        self._closed = False
        self._deadline = time.monotonic() + limits.seconds + _START_SECONDS
        self._printed = (scratch / "printed.txt").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-u", "-c", "from course_lib.classroom.worker import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._printed,
            cwd=scratch,
            env=_environment(scratch),
            start_new_session=os.name == "posix",
        )
        self._frames: queue.Queue[bytes | None] = queue.Queue(maxsize=100)
        threading.Thread(target=self._listen, daemon=True).start()
        threading.Thread(target=self._watch, daemon=True).start()
        try:
            told = {"limits": asdict(limits), "readable": [str(path) for path in readable()], "scratch": str(scratch)}
            self.layers = [str(layer)[:80] for layer in self._ask(told, _START_SECONDS).get("layers", [])]
        except BaseException:
            self.close()
            raise
        self._deadline = time.monotonic() + limits.seconds

    def __enter__(self) -> Remote:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Whether the process can still be asked."""
        return not self._closed and self._process.poll() is None

    def close(self) -> None:
        """End the process, whatever it does."""
        self._closed = True
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout, self._printed):
            try:
                stream.close()
            except OSError:
                continue
        self._process.wait()

    def run(self, code: str, name: str) -> tuple[str, str] | None:
        """Execute a cell; the name and the text of the error that it raised, or None.

        Raises:
            Gone: if the process did not survive it.
        """
        return _error_in(self._ask({"run": code, "name": name}, self.limits.cell_seconds))

    def function(self, name: str) -> RemoteFunction | None:
        """A function of the hand-in, or None where it has none of this name.

        Raises:
            Gone: if the process does not answer.
        """
        found = self._ask({"look": name}, self.limits.call_seconds)
        return RemoteFunction(self, name, found.get("parameters")) if found.get("callable") is True else None

    def call(self, name: str, arguments: tuple[object, ...]) -> object:
        """Call a function of the hand-in.

        Raises:
            Gone: if the process did not survive it.
            StillRunning: if the call took too long; the process is ended.
            Exception: of the kind that the function raised, by name.
        """
        try:
            answer = self._ask({"call": name, "with": pack(arguments)}, self.limits.call_seconds)
        except Gone as gone:
            if gone.why == "time":
                raise StillRunning from None
            raise
        error = _error_in(answer)
        if error is not None:
            raise _raised(*error)
        try:
            take_over(arguments, unpack(answer.get("after")))
            return unpack(answer.get("answer"))
        except (Unreadable, RecursionError):
            raise self._gone("noise") from None

    def _ask(self, question: dict[str, object], seconds: float) -> dict[str, object]:
        seconds = min(seconds, max(0.05, self._deadline - time.monotonic()))
        token = secrets.token_hex(8)
        data = dumps({**question, "token": token})
        try:
            self._process.stdin.write(struct.pack("<I", len(data)) + data)
            self._process.stdin.flush()
            frame = self._frames.get(timeout=seconds)
        except queue.Empty:
            raise self._gone("time") from None
        except (OSError, ValueError):
            raise self._gone("ended") from None
        if frame is None:
            raise self._gone("ended")
        try:
            answer = loads(frame)
        except Unreadable:
            raise self._gone("noise") from None
        if not isinstance(answer, dict) or answer.get("token") != token:
            raise self._gone("noise")
        return answer

    def _gone(self, why: str) -> Gone:
        if why == "ended":
            try:
                return Gone("time" if time.monotonic() > self._deadline else why, self._process.wait(timeout=1))
            except subprocess.TimeoutExpired:
                pass
        self.close()
        return Gone(why)

    def _listen(self) -> None:
        """Hand on what the process sends, a message at a time; None when it sends no more."""
        stream = self._process.stdout
        try:
            while len(head := stream.read(4)) == 4:
                size = struct.unpack("<I", head)[0]
                data = stream.read(size) if size <= MOST_BYTES else b"too much"
                self._frames.put_nowait(data)
                if size > MOST_BYTES:
                    return
        except (OSError, ValueError):
            pass
        except queue.Full:  # it speaks without being asked
            self._process.kill()
        finally:
            with suppress(queue.Full):
                self._frames.put_nowait(None)

    def _watch(self) -> None:
        """End the process when its time is up or its folder is full, even where nobody waits for an answer."""
        most = self.limits.folder_mb * 1_000_000
        while self._process.poll() is None:
            if time.monotonic() > self._deadline or _size(self.scratch) > most:
                self._process.kill()
                return
            time.sleep(0.1)


class RemoteFunction:
    """A function of a hand-in; calling it asks the hand-in's process.

    Args:
        remote: the process.
        name: the function's name.
        parameters: what the process says of its arguments: name, kind, whether there is a default.
    """

    def __init__(self, remote: Remote, name: str, parameters: object) -> None:
        self.__name__ = name
        self.remote = remote
        signature = _signature(parameters)
        if signature is not None:
            self.__signature__ = signature

    def __call__(self, *arguments: object) -> object:
        try:
            return self.remote.call(self.__name__, arguments)
        except Gone as gone:
            raise Hint(of_the_process(gone)) from None


def of_the_process(gone: Gone) -> str:
    """What is said of a process that has ended."""
    if gone.why == "time":
        return tr("It ran longer than it may: does a loop ever end?", "运行超时：循环能停下来吗？")
    if gone.why == "noise":
        return tr("It gave an answer that is no value, or too large a one.", "它给出的回答不是一个值，或者太大。")
    return tr(
        f"It ended Python (code {gone.code}): a function is left with return, and memory has an end.",
        f"它结束了 Python（退出码 {gone.code}）：离开函数请用 return；内存也是有限的。",
    )


def readable() -> list[Path]:
    """What a hand-in may read: Python, its packages, and the course's library without what grades it."""
    library = settings.library_folder()
    own = [path for path in library.iterdir() if path.name not in _WITHHELD and not path.name.startswith("__pyc")]
    places = {sys.prefix, sys.base_prefix, *(sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib"))}
    # A prefix that holds the course itself would hold its solutions as well.
    holds = {str(parent) for parent in (library.parent, *library.parent.parents)}
    return [Path(place) for place in sorted(places - holds)] + own


def _environment(scratch: Path) -> dict[str, str]:
    kept = {
        name: os.environ[name]
        for name in ("PATH", "SYSTEMROOT", "LANG", "LC_ALL", "KERAS_BACKEND")
        if name in os.environ
    }
    home = str(scratch)
    return kept | {
        "HOME": home,
        "TMPDIR": home,
        "TEMP": home,
        "KERAS_HOME": home,
        "MPLCONFIGDIR": home,
        "PYTHONPATH": str(settings.library_folder().parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "",
    }


def _signature(parameters: object) -> inspect.Signature | None:
    try:
        return inspect.Signature(
            [
                inspect.Parameter(name, inspect._ParameterKind(kind), default=None if has else inspect.Parameter.empty)
                for name, kind, has in parameters
            ]
        )
    except (TypeError, ValueError):
        return None


def _error_in(answer: dict[str, object]) -> tuple[str, str] | None:
    error = answer.get("error")
    if error is None:
        return None
    name, text = (*error, "", "")[:2] if isinstance(error, list) else ("Exception", "")
    return (str(name)[:80] if str(name).isidentifier() else "Exception"), str(text)[:500]


def _raised(name: str, text: str) -> Exception:
    """An error as the hand-in raised it, of a kind that does nothing here but have its name."""
    known: Iterable[type[BaseException]] = (NotImplementedError, SystemExit)
    for kind in known:
        if kind.__name__ == name:
            return kind(text)
    return type(name, (Exception,), {})(text)


def _size(folder: Path) -> int:
    total = 0
    try:
        for path, _, files in os.walk(folder):
            total += sum(os.lstat(os.path.join(path, file)).st_size for file in files) + 4096
    except OSError:
        pass
    return total
