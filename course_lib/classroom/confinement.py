"""Shutting a process in before it runs strangers' code: limits, files, net, processes, signals.

Three layers, each where the system has it; `confine` says which there are.

- Limits (`setrlimit`): processor seconds, memory, the size of a file, no core dump. Linux and macOS.
- Landlock: of all files only those named may be read, and only one folder written to. Linux 5.13 and later.
- A filter of system calls (seccomp): no net, no new process or program, no signal to another process, none of the ways
  around. Linux on x86-64 and aarch64.

Where Landlock or the filter is missing, an audit hook in Python refuses the same: it stops what is written in Python,
and not somebody who brings machine code along.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

# What even a process that imports NumPy or Keras later reads of the system.
_SYSTEM = (
    "/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/localtime", "/etc/ssl/openssl.cnf",
    "/dev/null", "/dev/zero", "/dev/urandom", "/dev/random",
    "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/sys/vm/overcommit_memory", "/proc/filesystems",
    "/sys/devices/system/cpu", "/sys/fs/cgroup",
)  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """What one hand-in may take.

    Args:
        seconds: processor and clock seconds, for all it does.
        cell_seconds: clock seconds of one cell of its notebook; importing Keras takes some.
        call_seconds: clock seconds of one call of its function.
        memory_mb: address space, the libraries' own included.
        output_mb: what it prints, and what it writes to files, each.
    """

    seconds: float = 120.0
    cell_seconds: float = 30.0
    call_seconds: float = 10.0
    memory_mb: int = 4000
    output_mb: int = 4

    @property
    def folder_mb(self) -> int:
        """What its folder may hold before it is ended: what it prints, and some files."""
        return 4 * self.output_mb


def confine(limits: Limits, readable: Iterable[Path], scratch: Path) -> list[str]:
    """Shut this process in, for good.

    Args:
        limits: what it may take.
        readable: folders and files that it may read besides the system's own.
        scratch: the one folder that it may write to.

    Returns:
        The layers that hold it, in words: `"limits"`, `"files: Landlock"`, `"net and processes: seccomp"`,
        `"files, net and processes: Python"`.
    """
    readable = [Path(each) for each in readable]
    layers = []
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)  # whoever started it is killed: it is killed, too
    if _limit(limits):
        layers.append("limits")
    # The filter would forbid what Landlock needs: Landlock first.
    files = sys.platform == "linux" and _landlock([*map(Path, _SYSTEM), *readable], scratch)
    if files:
        layers.append("files: Landlock")
    calls = sys.platform == "linux" and _filter_calls()
    if calls:
        layers.append("net and processes: seccomp")
    if not (files and calls):
        _audit([*map(Path, _SYSTEM), *readable], scratch)
        layers.append("files, net and processes: Python")
    return layers


def _limit(limits: Limits) -> bool:
    try:
        import resource
    except ImportError:  # Windows
        return False
    memory, output = limits.memory_mb * 1_000_000, limits.output_mb * 1_000_000
    wanted = {
        "RLIMIT_CPU": int(limits.seconds) + 1,
        "RLIMIT_AS": memory,
        "RLIMIT_FSIZE": output,
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": 256,
    }
    for name, most in wanted.items():
        number = getattr(resource, name, None)
        if number is None:
            continue
        try:
            resource.setrlimit(number, (most, most))
        except (ValueError, OSError):  # macOS refuses a limit of the address space
            continue
    return True


# Landlock: system calls 444 to 446 on every architecture.
_READ_FILE, _READ_DIR, _EXECUTE = 1 << 2, 1 << 3, 1 << 0
_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # by version, how many rights over files there are


def _landlock(readable: list[Path], scratch: Path) -> bool:
    """Let only these files be read, and one folder be written to; False where the kernel cannot."""
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    everything = (1 << _RIGHTS.get(version, 16)) - 1
    # From version 4 the net is Landlock's as well (TCP), from 6 signals and abstract sockets.
    fields = [everything, 3 if version >= 4 else 0, 3 if version >= 6 else 0]
    attributes = struct.pack("<QQQ", *fields)[: 8 if version < 4 else 16 if version < 6 else 24]
    rules = libc.syscall(_CREATE, attributes, ctypes.c_size_t(len(attributes)), 0)
    if rules < 0:
        return False
    try:
        for path in readable:
            _allow(libc, rules, path, _READ_FILE | _READ_DIR | _EXECUTE)
        for name in ("/dev/null", "/dev/zero"):
            _allow(libc, rules, Path(name), _READ_FILE | 1 << 1)
        # All but devices, sockets, pipes and links.
        makes = 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8
        _allow(libc, rules, scratch, (_READ_FILE | _READ_DIR | 1 << 1 | makes | 1 << 14) & everything)
        _no_new_privileges(libc)
        return libc.syscall(_RESTRICT, rules, 0) == 0
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, path: Path, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not path.is_dir():
            rights &= ~(_READ_DIR | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8)
        libc.syscall(_ADD_RULE, rules, 1, struct.pack("<Qi", rights, handle), 0)
    finally:
        os.close(handle)


def _no_new_privileges(libc: ctypes.CDLL) -> None:
    libc.prctl(38, 1, 0, 0, 0)


# The numbers of system calls by architecture, and why each is refused.
_FORBIDDEN = {
    "x86_64": {
        "net": (41, 42, 43, 49, 50, 288),  # socket, connect, accept, bind, listen, accept4
        "programs": (57, 58, 59, 322),  # fork, vfork, execve, execveat
        "other processes": (101, 310, 311, 424, 434, 438, 129, 297, 141),  # ptrace, process_vm_*, pidfd_*, …queueinfo
        "rights of files": (90, 91, 268, 452, 92, 93, 94, 260, 188, 189, 190, 197, 198, 199, 132, 235, 280, 261, 76),
        "namespaces, rings, keys": (
            155,
            161,
            165,
            166,
            272,
            308,
            321,
            298,
            425,
            426,
            427,
            248,
            249,
            250,
            256,
            279,
            323,
        ),
        "files by another way": (303, 304, 428, 429, 430, 431, 432, 433, 442),  # handles, mounts of the new kind
        "the machine": (160, 163, 164, 159, 167, 168, 169, 170, 172, 173, 175, 176, 179, 227, 246, 305, 313, 103),
        "others' time": (144, 142, 203, 251, 314, 312, 440),
        "kill": (62, 200, 234),  # kill, tkill, tgkill
        "clone": 56,
        "clone3": 435,
        "prlimit": 302,
    },
    "aarch64": {
        "net": (198, 203, 202, 200, 201, 242),
        "programs": (221, 281),
        "other processes": (117, 270, 271, 424, 434, 438, 138, 240, 140),
        "rights of files": (52, 53, 54, 55, 452, 5, 6, 7, 14, 15, 16, 88, 45),
        "namespaces, rings, keys": (41, 51, 40, 39, 97, 268, 280, 241, 425, 426, 427, 217, 218, 219, 238, 239, 282),
        "files by another way": (264, 265, 428, 429, 430, 431, 432, 433, 442),
        "the machine": (164, 89, 170, 171, 224, 225, 142, 161, 105, 106, 60, 112, 104, 266, 273, 116),
        "others' time": (119, 118, 122, 30, 274, 272, 440),
        "kill": (129, 130, 131),
        "clone": 220,
        "clone3": 435,
        "prlimit": 261,
    },
}
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_LOAD, _EQUAL, _ABOVE, _SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_CLONE_THREAD = 0x00010000


def _filter_calls() -> bool:
    """Refuse system calls that a function of numbers has no use for; False where the kernel cannot."""
    machine = platform.machine()
    if machine not in _FORBIDDEN:
        return False
    numbers = _FORBIDDEN[machine]
    number, architecture, first, third = 0, 4, 16, 32  # places in what the kernel shows the filter; lower halves
    flat = [each for held in numbers.values() if isinstance(held, tuple) for each in held]
    own = os.getpid() & 0xFFFFFFFF

    def refuse(code: int) -> tuple[int, int, int, int]:
        return (_RETURN, 0, 0, _ERROR | code)

    program = [
        (_LOAD, 0, 0, architecture),
        (_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, number),
    ]
    if machine == "x86_64":  # a second table of the same calls, by numbers from 2^30
        program += [(_ABOVE, 0, 1, 0x40000000), (_RETURN, 0, 0, _KILL)]
    for each in sorted(set(flat) - set(numbers["kill"])):
        program += [(_EQUAL, 0, 1, each), refuse(_EPERM)]
    # glibc then uses clone, whose flags a filter can see.
    program += [(_EQUAL, 0, 1, numbers["clone3"]), refuse(_ENOSYS)]
    program += [
        (_EQUAL, 0, 4, numbers["clone"]),
        (_LOAD, 0, 0, first),
        (_SET, 0, 1, _CLONE_THREAD),
        (_RETURN, 0, 0, _ALLOW),
        refuse(_EPERM),
    ]
    # A signal to itself is an abort; one to another process is an attack.
    for each in numbers["kill"]:
        program += [
            (_EQUAL, 0, 4, each),
            (_LOAD, 0, 0, first),
            (_EQUAL, 0, 1, own),
            (_RETURN, 0, 0, _ALLOW),
            refuse(_EPERM),
        ]
    # Limits may be read and not set.
    program += [
        (_EQUAL, 0, 6, numbers["prlimit"]),
        (_LOAD, 0, 0, third),
        (_EQUAL, 0, 3, 0),
        (_LOAD, 0, 0, third + 4),
        (_EQUAL, 0, 1, 0),
        (_RETURN, 0, 0, _ALLOW),
        refuse(_EPERM),
    ]
    program += [(_RETURN, 0, 0, _ALLOW)]
    code = b"".join(struct.pack("<HBBI", *line) for line in program)
    held = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("<HxxxxxxQ", len(program), ctypes.addressof(held))
    libc = ctypes.CDLL(None, use_errno=True)
    _no_new_privileges(libc)
    return libc.prctl(22, 2, ctypes.c_char_p(header), 0, 0) == 0


_REFUSED = (
    "socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.kill", "os.killpg",
    "pty.", "ctypes.", "signal.pthread_kill", "os.symlink", "os.link", "os.chmod", "os.chown", "os.setxattr",
    "webbrowser.", "ftplib.", "http.", "smtplib.", "urllib.", "winreg.", "_winapi.", "mmap.",
)  # fmt: skip
_FILES = ("open", "os.listdir", "os.scandir", "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.truncate")


def _audit(readable: list[Path], scratch: Path) -> None:
    """Refuse in Python what the system cannot: a hook that nothing can take away again."""
    real = os.path.realpath
    may_read = tuple({*(str(each) for each in readable), *(real(each) for each in readable)})
    may_write = tuple({str(scratch), real(scratch)})
    separator, fspath, fsdecode = os.sep, os.fspath, os.fsdecode

    def below(path: str, allowed: tuple[str, ...]) -> bool:
        return any(path == one or path.startswith(one.rstrip(separator) + separator) for one in allowed)

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event.startswith(_REFUSED):
            raise PermissionError(f"a hand-in may not do this: {event}")
        if event in _FILES and arguments and not isinstance(arguments[0], int) and arguments[0] is not None:
            path = real(fsdecode(fspath(arguments[0])))
            reads = event in ("os.listdir", "os.scandir")
            if event == "open":
                mode, flags = arguments[1], arguments[2]
                writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) if isinstance(flags, int) else 0
                reads = not writes and not (isinstance(mode, str) and set(mode) & set("wax+"))
            if not below(path, may_write + may_read if reads else may_write):
                raise PermissionError("a hand-in may not open this file")

    sys.addaudithook(hook)
