"""The worked example consists of new files and one line in each list, and nothing else."""

import pytest

from added_lines import REPOSITORY, add_lines, added_lines, entries_beside, new_files

FILES = sorted({line.file for line in added_lines()})


def test_files_are_new():
    assert [name for name in new_files() if (REPOSITORY / name).exists()] == []


@pytest.mark.parametrize("file", FILES)
def test_each_list_gets_one_line(file):
    lines = add_lines(REPOSITORY, file)
    added = {line.text for line in added_lines() if line.file == file}
    for text in added:
        assert added.intersection(entries_beside(lines, lines.index(text))) == {text}


def test_lists_are_told_apart():
    lines = ["{", "  a,", "    of a", "  b,", "}", "", "  c,"]
    assert sorted(entries_beside(lines, 1)) == ["  a,", "  b,"]
    assert entries_beside(lines, 2) == ["    of a"]
    assert entries_beside(lines, 6) == ["  c,"]
