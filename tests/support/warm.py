"""A parent that has imported the house, and forks each command of a test: a start costs 0.02 s, not 0.7 s.

What a test sees is what a fresh interpreter would give: a process of its own with its own streams,
environment, folder, threads and exit code. Not `tui`: a command imports its own module itself.
"""

from __future__ import annotations

import atexit
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import IO, Any, NoReturn

REPO = Path(__file__).parents[2]
MODULES = tuple(
    f"core.studio.{name}"
    for name in (
        *("acts", "auditing", "cutting", "estimate", "failing", "look", "preflight"),
        *("tasking", "uncertain", "verdicts", "whatsnew"),
    )
)
READ_AT_THE_START = ("PYTHON", "LC_", "LANG", "RUSHES_CRASH_AT")
"""Beginnings of names that an interpreter, or one of our modules, reads while it starts."""


def fits(env: Mapping[str, str]) -> bool:
    """Whether a command in this environment can be forked. Off Linux a fork may not be safe."""
    return sys.platform == "linux" and _early(env) == _early(_server().env)


def _early(env: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in env.items() if name.startswith(READ_AT_THE_START)}


def run(module: str, words: Sequence[str], env: Mapping[str, str], timeout: float) -> tuple[int, str, str]:
    """`python -m module words`, from the house's folder: exit code, stdout, stderr.

    Raises subprocess.TimeoutExpired, once the command is killed.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        code = _server().call([module, *words], dict(env), (out, err), timeout)
        return code, _said(out), _said(err)


def _said(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")


class _Server:
    """The warmed parent, from the side of the tests. It ends when this process does."""

    def __init__(self) -> None:
        secret = ("_KEY", "_TOKEN")
        self.env = {name: value for name, value in os.environ.items() if not name.endswith(secret)}
        self.control, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.warm", str(theirs.fileno())],
                env={**self.env, "OPENBLAS_NUM_THREADS": "1"},  # a fork keeps one thread
                cwd=REPO,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        atexit.register(self.close)

    def call(self, argv: list[str], env: dict[str, str], streams: Any, timeout: float) -> int:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            fds = [theirs.fileno(), *(stream.fileno() for stream in streams)]
            socket.send_fds(self.control, [b"."], fds)
            theirs.close()
            ours.settimeout(timeout)
            ours.sendall(json.dumps([argv, env]).encode() + b"\n")
            answers = ours.makefile("r")
            with answers:
                pid = int(answers.readline())
                try:
                    return int(answers.readline())
                except TimeoutError:
                    os.kill(pid, signal.SIGKILL)
                    raise subprocess.TimeoutExpired(argv, timeout) from None

    def close(self) -> None:
        self.control.close()
        self.process.wait()


_servers: list[_Server] = []
_lock = threading.Lock()


def _server() -> _Server:
    with _lock:
        if not _servers:
            _servers.append(_Server())
        return _servers[0]


def serve(control: socket.socket) -> None:
    """Forks a keeper a request, until the tests end."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers are waited for by nobody
    while True:
        asked, fds, *_ = socket.recv_fds(control, 1, 3)
        if not asked:
            return
        if os.fork() == 0:
            control.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _keep(*fds)
        for fd in fds:
            os.close(fd)


def _keep(asking: int, out: int, err: int) -> NoReturn:
    """Forks the command, and tells its process id and how it ended."""
    with socket.socket(fileno=asking) as conn:
        with conn.makefile("r") as lines:
            argv, env = json.loads(lines.readline())
        pid = os.fork()
        if pid == 0:
            conn.close()
            _become(argv, env, out, err)
        conn.sendall(f"{pid}\n".encode())
        _, status = os.waitpid(pid, 0)
        conn.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _become(argv: list[str], env: dict[str, str], out: int, err: int) -> NoReturn:
    """The command, as if it had been started: nothing was written to our streams yet."""
    for fd, stream in ((out, 1), (err, 2)):
        os.dup2(fd, stream)
        os.close(fd)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    sys.argv = argv
    code = 1
    try:
        runpy.run_module(argv[0], run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = _code(end)
    except BaseException:  # noqa: BLE001 - as the interpreter does with what nobody caught
        traceback.print_exc()
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _code(end: SystemExit) -> int:
    if end.code is None or isinstance(end.code, int):
        return (end.code or 0) & 0xFF
    print(end.code, file=sys.stderr)
    return 1


if __name__ == "__main__":
    for name in MODULES:
        import_module(name)
    serve(socket.socket(fileno=int(sys.argv[1])))
