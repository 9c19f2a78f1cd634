"""Single threads of a program, stopped from outside (ptrace(2)) as if they hung."""

import contextlib
import ctypes
import os
from pathlib import Path

import pytest

SEIZE, INTERRUPT, DETACH = 0x4206, 0x4207, 17
WAIT_FOR_ANY_THREAD = 0x40000000  # __WALL of waitpid(2)
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
LIBC.ptrace.restype = ctypes.c_long


def event_loops(pid: int) -> list[int]:
    """The threads that wait for events (epoll_wait(2) or epoll_pwait(2)), in the order of their start."""
    numbers = {"232", "281"} if os.uname().machine == "x86_64" else {"22"}
    threads = sorted(int(entry.name) for entry in Path(f"/proc/{pid}/task").iterdir())
    return [thread for thread in threads if _system_call(pid, thread) in numbers]


@contextlib.contextmanager
def hanging(thread: int):
    """While the context is open, the thread is stopped and all others run on."""
    if LIBC.ptrace(SEIZE, thread, None, None) != 0:
        pytest.skip(f"this system lets nobody stop single threads: {os.strerror(ctypes.get_errno())}")
    try:
        assert LIBC.ptrace(INTERRUPT, thread, None, None) == 0
        os.waitpid(thread, WAIT_FOR_ANY_THREAD)
        yield
    finally:
        LIBC.ptrace(DETACH, thread, None, None)


def _system_call(pid: int, thread: int) -> str:
    """The number of the thread's system call; empty if the thread is gone, `running` if it is in none (proc(5))."""
    try:
        return Path(f"/proc/{pid}/task/{thread}/syscall").read_text().split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""
