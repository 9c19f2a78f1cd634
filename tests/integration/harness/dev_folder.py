"""A folder like a clone of the repository, with little but the dev script and its scripts. A build there copies the program under test."""

import os
import re
import shlex
import shutil
import signal
import subprocess
from pathlib import Path

from .clusters import free_port
from .places import REPOSITORY, binary
from .waiting import wait_until

DEADLINE_S = 60.0
WATCHED_FOLDERS = ("src", "migrations", "seeds", "api", "cmake")
WATCHED_FILES = ("CMakeLists.txt", "CMakePresets.json")
SECRETS = ("API_KEY", "JWT_SECRET", "SESSION_SECRET")
PRINTED_LOGIN_END = "/user-auth\n\n"

# These come before the real programs in PATH. Every package counts as installed, so that no test installs one.
STAND_INS = {
    "dpkg-query": "shift 3; printf 'installed %s\\n' \"$@\"",
    "cmake": "echo \"cmake $*\" >>calls.log; mkdir -p build/release; touch build/release/build.ninja",
    "npm": "echo \"npm $*\" >>calls.log; exit 1",
    "ninja": "echo \"ninja $*\" >>calls.log; [ ! -e build-fails ] || exit 1\n"
    "cp {binary} build/release/new && mv -f build/release/new build/release/gatehouse",
    # The script looks for changes between sleeps; with shorter sleeps it looks more often.
    "sleep": "exec {sleep} 0.05",
}


class DevFolder:
    """The folder, and at most one `./dev serve` in it at a time."""

    def __init__(self, root: Path):
        self.root = root
        self.port = free_port()
        self.process: subprocess.Popen | None = None
        self._log = root / "output.txt"
        self._log_start = 0
        root.mkdir()
        shutil.copy2(REPOSITORY / "dev", root / "dev")
        shutil.copytree(REPOSITORY / "scripts", root / "scripts")
        for folder in WATCHED_FOLDERS:
            (root / folder).mkdir()
        for name in (*[f"{folder}/file" for folder in WATCHED_FOLDERS], *WATCHED_FILES):
            self.touch(name)
        self._make_stand_ins()

    def start(self, *arguments: str, **settings: str) -> "DevFolder":
        """Runs `./dev serve <arguments>` and waits until it has said how to log in."""
        self.launch(*arguments, **settings)

        def introduced():
            assert self.process.poll() is None, self.output()
            return PRINTED_LOGIN_END in self.output()

        wait_until(introduced, DEADLINE_S, "the introduction")
        return self

    def launch(self, *arguments: str, **settings: str):
        """The same, without waiting for anything."""
        environment = {"PATH": f"{self.root}/stand-ins:/usr/bin:/bin", "HOME": str(self.root), "PORT": str(self.port)}
        self._log_start = self._log.stat().st_size if self._log.exists() else 0
        # SIGINT is ignored if the tests run in the background without job control, SIGHUP under nohup; bash cannot trap them then.
        command = ["env", "--default-signal=INT,HUP", "./dev", "serve", *arguments]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=self.root,
                env=environment | settings,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def output(self) -> str:
        """What the script and the service wrote since the last start."""
        return self._log.read_bytes()[self._log_start :].decode(errors="replace")

    def wait_for(self, text: str, times=1):
        wait_until(lambda: self.output().count(text) >= times, DEADLINE_S, f"{text!r}, {times} times")

    def builds(self) -> int:
        """How often something was compiled."""
        calls = self.root / "calls.log"
        return len(re.findall(r"^ninja ", calls.read_text(), re.MULTILINE)) if calls.exists() else 0

    def install_reference_tools(self):
        """Does what `./dev docs` does once, but with a stand-in for redoc."""
        tools = self.root / "build" / "docs-tools"
        bundles = tools / "node_modules" / "redoc" / "bundles"
        bundles.mkdir(parents=True)
        (bundles / "redoc.standalone.js").write_text("export function init() {}\n")
        shutil.copy2(self.root / "scripts" / "docs" / "reference" / "package-lock.json", tools / "installed.json")

    def asked_npm(self) -> bool:
        calls = self.root / "calls.log"
        return calls.exists() and "npm " in calls.read_text()

    def touch(self, name: str):
        """Changes a source file in one step, as an editor saves it, so that nobody sees half of it as a change."""
        saved = self.root / "saved"
        saved.write_text(f"{os.urandom(4).hex()}\n")
        saved.replace(self.root / name)

    def secrets(self) -> dict[str, str]:
        """What data/dev.env holds."""
        lines = (self.root / "data" / "dev.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def service_pid(self) -> int:
        """The process id of the service that the script started."""
        listed = subprocess.run(
            ["ps", "-o", "pid=,comm=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        return next(int(line.split()[0]) for line in listed.stdout.splitlines() if line.split()[1] == "gatehouse")

    def press_ctrl_c(self) -> int:
        """Does what a terminal does: sends SIGINT to the script's process group. Returns the script's exit status."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(DEADLINE_S)

    def discard(self):
        """Ends everything that still runs in the script's session."""
        if self.process is None:
            return
        listed = subprocess.run(
            ["ps", "-o", "pid=", "-s", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        for pid in listed.stdout.split():
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(DEADLINE_S)

    def _make_stand_ins(self):
        folder = self.root / "stand-ins"
        folder.mkdir()
        words = {"binary": shlex.quote(str(binary())), "sleep": shlex.quote(shutil.which("sleep"))}
        for name, text in STAND_INS.items():
            for word, value in words.items():
                text = text.replace("{" + word + "}", value)
            (folder / name).write_text(f"#!/bin/sh\n{text}\n")
            (folder / name).chmod(0o755)
