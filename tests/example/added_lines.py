"""What a feature needs besides new files: single lines in lists that are there (tests/example/dongles/lines.txt)."""

from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLE = Path(__file__).resolve().parent / "dongles"
LINES = EXAMPLE / "lines.txt"
GAP = "…"


@dataclass(frozen=True)
class AddedLine:
    """A line of a list, before or behind one that is there."""

    file: str
    text: str
    neighbour: str
    is_before: bool

    def __str__(self):
        return f"{self.file}: {self.text.strip()}"

    def place_in(self, lines: list[str]) -> int:
        """Where it is inserted. Its neighbour stands there once."""
        places = [place for place, line in enumerate(lines) if self.is_beside(line)]
        assert len(places) == 1, f"{self.file} has not once the line {self.neighbour!r}; {LINES.name} says where a line is added"
        return places[0] + (0 if self.is_before else 1)

    def is_beside(self, line: str) -> bool:
        """Whether this is its neighbour, of which a line may tell no more than how it begins."""
        beginning = self.neighbour.removesuffix(GAP)
        return line.startswith(beginning) if beginning != self.neighbour else line == self.neighbour


def added_lines() -> list[AddedLine]:
    entries = [entry.splitlines() for entry in LINES.read_text().split("\n\n")[1:]]
    return [_read(entry) for entry in entries]


def _read(entry: list[str]) -> AddedLine:
    file, *pair = entry
    assert sorted(line[:2] for line in pair) == ["  ", "+ "], entry
    is_before = pair[0].startswith("+")
    added, neighbour = pair if is_before else reversed(pair)
    return AddedLine(file, added[2:], neighbour[2:], is_before)


def new_files() -> list[str]:
    """Paths in the tree of what the example has under the same ones."""
    found = [path.relative_to(EXAMPLE).as_posix() for path in EXAMPLE.rglob("*") if path.is_file() and path != LINES]
    return sorted(found)


def entries_beside(lines: list[str], position: int) -> list[str]:
    """The list that the line at `position` is in: the lines of its indentation, up to a blank or a less indented one."""
    level = _indentation(lines[position])

    def belongs(line: str) -> bool:
        return line.strip() != "" and _indentation(line) >= level

    around = [*takewhile(belongs, reversed(lines[:position])), *takewhile(belongs, lines[position:])]
    return [line for line in around if _indentation(line) == level]


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())


def add_lines(root: Path, file: str) -> list[str]:
    """The lines of the file with what is added to it."""
    lines = (root / file).read_text().split("\n")
    for line in added_lines():
        if line.file == file:
            lines.insert(line.place_in(lines), line.text)
    return lines
