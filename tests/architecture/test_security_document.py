"""docs/security.md names tests that exist, sources that exist, and a test for each requirement."""

import re
import unittest
from collections import Counter

from sources import ROOT, SRC

DOCUMENT = (ROOT / "docs" / "security.md").read_text()
REQUIREMENTS = 37
GTEST = re.compile(r"^\s*TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", re.MULTILINE)
PYTHON = re.compile(r"^\s*def (test_\w+)\(", re.MULTILINE)
QUOTED = re.compile(r"`([^`]+)`")
SOURCE = re.compile(r"[a-z]\w*(?:/[a-z]\w*)+")


def rows(text=DOCUMENT):
    """The cells of each row of each table, without the header and separator rows."""
    lines = [line for line in text.splitlines() if line.startswith("| ") and not re.match(r"\| (?:---|.* \| test \|$)", line)]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def python_tests():
    """How often each test function exists, by its name alone and as `file::name`."""
    found = Counter()
    for path in (ROOT / "tests").rglob("*.py"):
        for name in PYTHON.findall(path.read_text()):
            found.update((name, f"{path.relative_to(ROOT).as_posix()}::{name}"))
    return found


def gtest_cases():
    return Counter(f"{suite}.{case}" for path in (ROOT / "tests").rglob("*.cpp") for suite, case in GTEST.findall(path.read_text()))


def bench_scenarios():
    return {f"./dev bench {name}" for name in re.findall(r'^    "([a-z-]+)": ', (ROOT / "bench" / "run.py").read_text(), re.MULTILINE)}


class SecurityDocument(unittest.TestCase):
    def test_each_row_names_a_test(self):
        self.assertGreater(len(rows()), 80)
        self.assertEqual([], [row[0] for row in rows() if all(name.startswith("./dev") for name in QUOTED.findall(row[-1]))])

    def test_each_named_test_is_there_once(self):
        there = python_tests() + gtest_cases()
        named = {name for row in rows() for name in QUOTED.findall(row[-1])} - bench_scenarios()
        self.assertEqual([], sorted(name for name in named if there[name] != 1 and not (ROOT / name).is_dir()))

    def test_each_number_is_there_once(self):
        numbers = [int(match[1]) for row in rows() if (match := re.match(r"(\d+)\. ", row[0]))]
        self.assertEqual(list(range(1, REQUIREMENTS + 1)), sorted(numbers))

    def test_each_named_source_is_there(self):
        named = {word for row in rows() if len(row) == 3 for word in QUOTED.findall(row[1]) if SOURCE.fullmatch(word)}
        self.assertGreater(len(named), 30)
        self.assertEqual([], sorted(name for name in named if not (SRC / name).is_dir() and not list(SRC.glob(f"{name}.?pp"))))


class ThePatterns(unittest.TestCase):
    def test_they_find_what_they_are_for(self):
        table = "| requirement | how | test |\n| --- | --- | --- |\n| 1. A. | `a/b` | `test_a`, `B.C_d`, `./dev bench x` |\n"
        self.assertEqual([["1. A.", "`a/b`", "`test_a`, `B.C_d`, `./dev bench x`"]], rows(table))
        self.assertEqual(["test_a", "B.C_d", "./dev bench x"], QUOTED.findall(rows(table)[0][2]))
        self.assertEqual([("A", "B_c")], GTEST.findall("TEST_P(A, B_c) {"))


if __name__ == "__main__":
    unittest.main()
