"""Programs from PyPI that Debian does not package, each in its own virtual environment below build/venv/."""

import fcntl
import subprocess
from pathlib import Path

from .places import REPOSITORY

INSTALL_DEADLINE_S = 900


class Venv:
    """build/venv/<name>, with exactly the versions that the requirements file pins."""

    def __init__(self, name: str, requirements: Path):
        self._folder = REPOSITORY / "build" / "venv" / name
        self._requirements = requirements

    def program(self, name: str) -> Path:
        return self._folder / "bin" / name

    def install(self):
        """Installs these versions unless they are already there. Other test processes wait meanwhile."""
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        stamp = self._folder / ".installed"
        wanted = self._requirements.read_text()
        with self._folder.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if stamp.exists() and stamp.read_text() == wanted:
                return
            self._run("/usr/bin/python3", "-m", "venv", "--clear", str(self._folder))
            self._run(str(self.program("pip")), "-q", "install", "--only-binary", ":all:", "-r", str(self._requirements))
            stamp.write_text(wanted)

    @staticmethod
    def _run(*command: str):
        result = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_DEADLINE_S, check=False)
        assert result.returncode == 0, f"{' '.join(command)}\n{result.stdout}\n{result.stderr}"
