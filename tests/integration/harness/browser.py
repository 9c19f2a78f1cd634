"""Debian's headless Chromium, controlled over a pipe by its DevTools protocol. It finds no host but this machine."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .waiting import wait_until

DEADLINE_S = 120.0
# Not more often: to return the text, the browser lays out the whole page.
READ_EVERY_S = 0.2
# No requests of the browser itself, and no host but the loopback address.
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--remote-debugging-pipe",
)


class Browser:
    """One tab. `asked` has the URL of everything that its pages asked for, including what their policy blocked; `complaints` has what the
    browser found wrong with them."""

    def __init__(self, directory: Path):
        program = shutil.which("chromium")
        if program is None:
            pytest.skip("chromium is not installed")
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self._numbers = 0
        self._unread = b""
        self._session = ""
        commands, answers = os.pipe(), os.pipe()
        # Chromium reads commands from 3 and writes answers to 4.
        launch = f'exec 3<&{commands[0]} 4>&{answers[1]}; exec "$@"'
        self._process = subprocess.Popen(
            ["bash", "-c", launch, "bash", program, *OPTIONS, f"--user-data-dir={directory}", "about:blank"],
            pass_fds=(commands[0], answers[1]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands[0])
        os.close(answers[1])
        self._commands, self._answers = commands[1], answers[0]
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Network", "Log", "Runtime", "Page"):
            self._call(f"{domain}.enable")

    def open(self, address: str):
        result = self._call("Page.navigate", url=address)
        assert "errorText" not in result, result

    def evaluate(self, expression: str):
        """The value of some JavaScript."""
        return self._call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def wait_for(self, is_there: Callable[[str], bool], what: str) -> str:
        """The page's text, once `is_there` accepts it."""

        def text():
            found = self.evaluate("document.body ? document.body.innerText : ''") or ""
            return found if is_there(found) else None

        return wait_until(text, DEADLINE_S, what, READ_EVERY_S)

    def close(self):
        self._process.kill()
        self._process.wait()
        os.close(self._commands)
        os.close(self._answers)

    def _call(self, method: str, **parameters) -> dict:
        self._numbers += 1
        command = {"id": self._numbers, "method": method, "params": parameters}
        if self._session:
            command["sessionId"] = self._session
        os.write(self._commands, json.dumps(command).encode() + b"\0")
        while True:
            message = self._read()
            if message.get("id") == self._numbers:
                assert "error" not in message, message
                return message["result"]
            self._note(message.get("method"), message.get("params", {}))

    def _read(self) -> dict:
        while b"\0" not in self._unread:
            read = os.read(self._answers, 1 << 20)
            assert read, "the browser has ended"
            self._unread += read
        message, self._unread = self._unread.split(b"\0", 1)
        return json.loads(message)

    def _note(self, event: str | None, parameters: dict):
        if event == "Network.requestWillBeSent":
            self.asked.append(parameters["request"]["url"])
        elif event == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            self.complaints.append(parameters["entry"]["text"])
        elif event == "Runtime.exceptionThrown":
            self.complaints.append(parameters["exceptionDetails"]["text"])
        elif event == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "assert"):
            self.complaints.append(str(parameters["args"]))
