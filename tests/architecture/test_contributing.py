"""What CONTRIBUTING.md says about the worked example is true: its excerpts, its files, and the files that get a line."""

import re
from itertools import product

import pytest

from added_lines import EXAMPLE, GAP, REPOSITORY, added_lines, new_files

SECTION = (REPOSITORY / "CONTRIBUTING.md").read_text().split("## Adding a feature")[1].split("\n## ")[0]
EXCERPTS = re.findall(r"```cpp\n// (\S+)\n(.*?)```", SECTION, re.DOTALL)


def spelled_out(pattern: str) -> list[str]:
    """`a.{hpp,cpp}` and `b.*` expanded to one entry per file."""
    parts = [part.split(",") for part in re.split(r"[{}]", pattern.replace(".*", ".{hpp,cpp}"))]
    return ["".join(chosen) for chosen in product(*parts)]


def named_files(column: int) -> set[str]:
    """The files named in a column of the table."""
    rows = [line.split("|")[column] for line in SECTION.splitlines() if line.startswith("|")]
    names = [name for row in rows for name in re.findall("`([^`]+)`", row) if not name.startswith("./")]
    return {file for name in names for file in spelled_out(name)}


def test_there_are_excerpts():
    assert len(EXCERPTS) == SECTION.count("```") // 2 > 3


@pytest.mark.parametrize(("file", "excerpt"), EXCERPTS, ids=[file for file, _ in EXCERPTS])
def test_excerpt_is_what_the_file_says(file, excerpt):
    source = (EXAMPLE / file).read_text()
    for piece in excerpt.split(f"{GAP}\n"):
        assert piece in source
        source = source.split(piece, 1)[1]


def test_table_names_every_new_file():
    assert named_files(2) == set(new_files())


def test_table_names_every_file_that_gets_a_line():
    assert named_files(3) == {line.file for line in added_lines()}
