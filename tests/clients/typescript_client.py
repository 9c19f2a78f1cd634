"""The TypeScript client's folder, its tools, and how they are run.

The system's npm installs a separate Node.js and npm for the client, and these install everything else: an older npm leaves out packages
that do not fit the Node.js that runs it.
"""

import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.places import REPOSITORY, binary
from harness.program import API_KEY, Gatehouse, environment_of

FOLDER = REPOSITORY / "clients" / "typescript"
TOOLCHAIN = FOLDER / "toolchain"
BUILT = FOLDER / ".generated" / "dist"
ARCHITECTURES = {"x86_64": "x64", "aarch64": "arm64"}
# Generous: the tools are installed only once, and that may be slow.
INSTALL_DEADLINE_S = 900
RUN_DEADLINE_S = 900
CLEAN_INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")


def node() -> Path:
    """The Node.js that the client's tools need; Debian 12's is too old for them."""
    return TOOLCHAIN / "node_modules" / f"node-linux-{ARCHITECTURES[platform.machine()]}" / "bin" / "node"


def make_once(make: Callable[[], object], stamp: Path, sources: list[Path]):
    """Calls make() unless it has already been called for these sources as they are now. Other test processes wait for it."""
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    with sources[0].open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            make()
            stamp.write_text(wanted)


def install():
    """Installs the tools as package-lock.json pins them."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")

    def make():
        run([npm, "--prefix", str(TOOLCHAIN), *CLEAN_INSTALL], INSTALL_DEADLINE_S)
        install_packages(FOLDER)
        # npm reports success even if it could not fetch a part that only some machines need.
        run_tool("vitest", "--version")

    make_once(make, FOLDER / "node_modules" / ".installed", [folder / "package-lock.json" for folder in (TOOLCHAIN, FOLDER)])


def build():
    """Builds the client as it is now into BUILT, for the applications that have it installed."""
    sources = [path for pattern in ("*.json", "scripts/*", "src/**/*.ts") for path in sorted(FOLDER.glob(pattern))]
    make_once(lambda: run([str(node()), "scripts/build.mjs", str(BUILT)]), BUILT / ".built", sources)


def install_packages(folder: Path):
    """Installs what the folder's package-lock.json pins, with the toolchain's npm."""
    # The machine's global npm configuration, such as its own certificate authorities, applies to this npm, too.
    settings = run(["npm", "config", "get", "globalconfig"]).strip()
    npm = TOOLCHAIN / "node_modules" / "npm" / "bin" / "npm-cli.js"
    run([str(node()), str(npm), *CLEAN_INSTALL], INSTALL_DEADLINE_S, folder, npm_config_globalconfig=settings)


def run(command, deadline_s=RUN_DEADLINE_S, folder=FOLDER, **environment: str) -> str:
    """Runs a command in the folder, by default the client's, and returns its output. The command must succeed."""
    result = subprocess.run(
        command,
        cwd=folder,
        env=dict(os.environ) | {"NO_COLOR": "1", "CI": "true", "NEXT_TELEMETRY_DISABLED": "1"} | environment,
        capture_output=True,
        text=True,
        timeout=deadline_s,
        check=False,
    )
    assert result.returncode == 0, f"{' '.join(map(str, command))}\n{result.stdout}\n{result.stderr}"
    return result.stdout


def run_tool(name: str, *arguments: str, folder=FOLDER, **environment: str) -> str:
    """Runs a tool that npm installed in the folder."""
    return run([str(node()), str(folder / "node_modules" / ".bin" / name), *arguments], folder=folder, **environment)


def run_vitest(project: str, **environment: str):
    """Runs one project of the client's tests, which must not be empty."""
    output = run_tool("vitest", "run", "--project", project, "--reporter", "default", **environment)
    assert " passed" in output, output


def settings_for(program: Gatehouse) -> dict[str, str]:
    """Where the client's tests find the program, and how they start another replica of it."""
    address = f"http://127.0.0.1:{program.port}"
    return {
        "GATEHOUSE_URL": address,
        "GATEHOUSE_API_KEY": API_KEY,
        "GATEHOUSE_PID": str(program.process.pid),
        "GATEHOUSE_OUTBOX": str(program.directory / "data" / "outbox"),
        "GATEHOUSE_BINARY": str(binary()),
        "GATEHOUSE_SETTINGS": json.dumps(environment_of(program.settings)),
    }
