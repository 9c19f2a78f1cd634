"""The picture of a terminal: `./dev serve`, and beside it README.md's first login as it is written, with their real output."""

import fcntl
import io
import os
import pty
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import termios
import time
from pathlib import Path

from cluster.parts import PATH, Failed, free_ports, remove_folder
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from .svg import BACKGROUND, COLOURS, FRAME, MONOSPACE, QUIET, SOFT, TEXT, describe

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = 100
ANSWER_MAX_S = 60
STOP_MAX_S = 30
USUAL_PORT = 8000
LOGIN_LINE_END = "/user-auth\r\n\r\n"  # how the output of `./dev serve` ends
KEY = re.compile(r"((?:API key|X-API-Key): [\w-]{8})[\w-]+")  # a secret is not shown whole, not even one that is no longer valid
# README.md also looks at the token, which the picture leaves out.
SHOWN = re.compile(r"(?:KEY|URL|LOGIN|SESSION)=|echo |curl [^|]*/user-auth/(?:verify-session|logout)$")
ANSI = [BACKGROUND, *(COLOURS[name] for name in ("red", "green", "orange", "blue", "purple", "teal")), TEXT]


def rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


THEME = TerminalTheme(rgb(BACKGROUND), rgb(TEXT), [rgb(colour) for colour in ANSI], [rgb(QUIET), *(rgb(colour) for colour in ANSI[1:])])
TITLE = "Gatehouse in a terminal"
DESCRIPTION = "./dev serve starts the service; then curl logs a user in, checks the session and logs out, and the session is refused."
RICH_FRAME = "rgba(255,255,255,0.35)"
FORMAT = """<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: MONOSPACE; font-size: {char_height}px; white-space: pre }}
.{unique_id}-title {{ font-family: MONOSPACE; font-size: 17px }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
""".replace("MONOSPACE", MONOSPACE)


class OnTerminal:
    """A program on its own terminal: we read its output and write its input."""

    def __init__(self, command: list[str], folder: Path, environment: dict[str, str]):
        self._name = " ".join(command)
        self._terminal, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
        self._process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)

    def write(self, text: str):
        assert self._process.stdin is not None
        self._process.stdin.write(text.encode())
        self._process.stdin.flush()

    def read_until(self, end: str) -> str:
        """What it prints, up to and including this end."""
        deadline, printed = time.monotonic() + ANSWER_MAX_S, b""
        while not printed.decode(errors="replace").endswith(end):
            ready, _, _ = select.select([self._terminal], [], [], max(deadline - time.monotonic(), 0))
            try:
                printed += os.read(self._terminal, 65536) if ready else b""
            except OSError:  # it has ended
                ready = []
            if not ready:
                raise Failed(f"{self._name} printed only:\n{printed.decode(errors='replace')[-2000:]}")
        return printed.decode()

    def press_ctrl_c(self):
        os.killpg(self._process.pid, signal.SIGINT)
        try:
            self._process.wait(STOP_MAX_S)
        except subprocess.TimeoutExpired:
            raise Failed(f"{self._name} does not end on Ctrl-C") from None
        os.close(self._terminal)


def make_clone(binary: Path) -> Path:
    """A folder in which `./dev serve` finds everything built already."""
    folder = Path(tempfile.mkdtemp(prefix="gatehouse-pictures."))
    shutil.copy2(ROOT / "dev", folder)
    shutil.copytree(ROOT / "scripts", folder / "scripts")
    build = folder / "build" / "release"
    build.mkdir(parents=True)
    shutil.copy2(binary, build / "gatehouse")
    (build / "build.ninja").write_text("build gatehouse: phony\n")
    return folder


def usual_port_is_free() -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", USUAL_PORT)) != 0


def commands_of_readme() -> list[str]:
    """README.md's first login, up to what it shows about other users; a command may have several lines."""
    section = re.search(r"^## A first login\n(.*?)^## ", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    if section is None:
        raise Failed('README.md has no section "A first login"')
    blocks = re.findall(r"^```sh\n(.*?)^```$", section[1], re.MULTILINE | re.DOTALL)
    text = re.sub(r"^#.*\n|^\n", "", "".join(blocks[:2]), flags=re.MULTILINE)
    commands = re.findall(r"(?:.*\\\n)*.*\n", text)
    return [command for command in commands if SHOWN.match(command.rstrip())]


class Recording:
    """What the picture shows, line by line; a line that is too long is cut."""

    def __init__(self):
        self._lines: list[Text] = []

    def note(self, text: str):
        self._lines.append(Text(text, "bright_black"))

    def command(self, text: str):
        for number, line in enumerate(text.splitlines()):
            self._lines.append(Text.assemble(("$ " if number == 0 else "> ", "green"), (line, "bold")))

    def output(self, text: str):
        """The next prompt begins on a new line, as in many shells."""
        for line in text.replace("\r", "").removesuffix("\n").split("\n"):
            self._lines.append(Text.from_ansi(line, style=SOFT) if line else Text())

    def svg(self) -> str:
        console = Console(width=COLUMNS + 2, record=True, file=io.StringIO(), color_system="truecolor", force_terminal=True)
        for line in self._lines:
            line.truncate(COLUMNS, overflow="ellipsis")
            console.print(Text(" ") + line, highlight=False, soft_wrap=True)
        return console.export_svg(title="~/gatehouse", theme=THEME, code_format=FORMAT, unique_id="t").replace(RICH_FRAME, FRAME)


def serve(folder: Path, environment: dict[str, str]) -> tuple[OnTerminal, str]:
    """`./dev serve`, and all that it prints until it has said how to log in."""
    service = OnTerminal(["./dev", "serve"], folder, environment)
    return service, service.read_until(LOGIN_LINE_END)


def log_in(folder: Path, environment: dict[str, str], recording: Recording, url: str):
    shell = OnTerminal(["bash", "--norc", "--noprofile"], folder, environment)
    for command in commands_of_readme():
        command = command.replace(f"http://127.0.0.1:{USUAL_PORT}", url)
        recording.command(command)
        shell.write(f"{command}\nprintf '\\0'\n")
        printed = shell.read_until("\0").removesuffix("\0")
        if printed:
            recording.output(printed)
    shell.press_ctrl_c()


def record(folder: Path) -> Recording:
    """Records the second start: the first one creates a database, secrets and users, and logs a line for each."""
    port = USUAL_PORT if usual_port_is_free() else free_ports(1)[0]
    setting = {} if port == USUAL_PORT else {"PORT": str(port)}
    environment = {"PATH": PATH, "HOME": str(folder), "TERM": "xterm-256color", "LANG": "C.UTF-8"} | setting
    service, _ = serve(folder, environment)
    service.press_ctrl_c()
    service, printed = serve(folder, environment)
    recording = Recording()
    recording.command(" ".join([*(f"{name}={value}" for name, value in setting.items()), "./dev serve"]))
    shown = re.sub(r"^ninja: .*\n", "", printed, flags=re.MULTILINE)  # nothing is built here
    recording.output(KEY.sub(r"\1…", shown))
    recording.note("# Another terminal, in the same folder.")
    log_in(folder, environment, recording, f"http://127.0.0.1:{port}")
    service.press_ctrl_c()
    return recording


def draw(binary: Path) -> str:
    folder = make_clone(binary)
    try:
        return describe(record(folder).svg(), TITLE, DESCRIPTION)
    finally:
        remove_folder(folder)
