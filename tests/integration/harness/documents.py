"""The code blocks in the project's documents, and how those in sh are run: unchanged, all of a document in one shell, beside a service
started for that document."""

import json
import re
import subprocess
from dataclasses import dataclass

from .dev_folder import DevFolder
from .places import REPOSITORY, binary

LANGUAGES = ("sh", "js", "ts")
BLOCK = re.compile(r"^(?:<!-- not run: (?P<why>[^\n]+) -->\n)?^ *```(?P<language>\w+)\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL)
# Every document continues from the beginning of the README's first login.
BEGIN = """curl() { command curl --no-progress-meter "$@" && echo; }
gatehouse() { (set -a && . ./data/dev.env && exec "$GATEHOUSE" "$@"); }
# What a person does at `read -r TOKEN`: copies the end of the newest link from the console.
read() { until TOKEN=$(sed -n 's/.*?token=\\(g[A-Za-z0-9_-]*\\).*/\\1/p' output.txt | tail -n 1) && [ -n "$TOKEN" ]; do :; done; }
KEY=$(sed -n 's/^API_KEY=//p' data/dev.env)
URL=http://127.0.0.1:8000
"""


@dataclass(frozen=True)
class Block:
    document: str
    number: int  # among the document's blocks in these languages, from 1
    language: str
    text: str
    why_not: str | None  # why it is not run

    def __str__(self):
        return f"{self.document}, block {self.number} ({self.language})"


def documents() -> list[str]:
    found = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
    return [str(path.relative_to(REPOSITORY)) for path in found]


def blocks_of(document: str) -> list[Block]:
    found = [one for one in BLOCK.finditer((REPOSITORY / document).read_text()) if one["language"] in LANGUAGES]
    return [Block(document, number, one["language"], one["text"], one["why"]) for number, one in enumerate(found, 1)]


def paste(text: str, folder: DevFolder, **environment: str) -> str:
    """Runs the text in a shell of that folder and returns what it printed. It ends at the first command that fails."""
    result = subprocess.run(
        ["bash", "-c", "set -eu\n" + text.replace("http://127.0.0.1:8000", f"http://127.0.0.1:{folder.port}")],
        cwd=folder.root,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder.root), "GATEHOUSE": str(binary())} | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def shape(value):
    """The names in a JSON value: what an example and an answer have in common."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items()}
    if isinstance(value, list):
        return [shape(member) for member in value[:1]]
    return None


def json_lines(text: str) -> list:
    """Each line that is JSON. A shortened example is not."""
    found = []
    for line in text.splitlines():
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return found


def promises(text: str) -> list:
    """The answers that the text shows in its comments."""
    return json_lines(re.sub(r"^# ", "", text, flags=re.MULTILINE))


def unexpected_refusals(printed: str, text: str) -> list[str]:
    """The codes of refusals among the answers that the text does not show."""
    codes = [answer["code"] for answer in json_lines(printed) if isinstance(answer, dict) and "error" in answer]
    return [code for code in codes if f'"code":"{code}"' not in text]


