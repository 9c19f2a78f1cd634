import re
import unittest

from layers import place
from sources import cpp_files, relative

TYPE = re.compile(r"^(?:class|struct) (?:\[\[\w+\]\] |alignas\([^)]*\) )*(\w+)[^;]*$")
# What may come between a type and its comment.
BETWEEN = re.compile(r"^(?:template\b|requires\b|\[\[|.*>$)")


def says_it_inside(lines, number):
    """Whether a struct documents its members, which are its contract."""
    body = lines[number:lines.index("};", number)] if lines[number].startswith("struct") and "};" in lines[number:] else []
    return any("///" in line for line in body)


def undocumented_types(text):
    """(line, name) of each class and struct at namespace scope without a /// comment above it or, for a struct, inside it."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        match = TYPE.match(line)
        if not match:
            continue
        above = number - 1
        while above >= 0 and BETWEEN.match(lines[above]):
            above -= 1
        commented = above >= 0 and lines[above].startswith("///")
        if not commented and not says_it_inside(lines, number):
            yield number + 1, match.group(1)


class Headers(unittest.TestCase):
    def test_every_public_type_says_what_it_is_for(self):
        silent = [f"{place(path, line)} {name}" for path in cpp_files("src") if path.suffix == ".hpp"
                  for line, name in undocumented_types(path.read_text())]
        self.assertEqual([], silent)

    def test_every_header_is_included_once_by_pragma(self):
        wrong = [relative(path) for path in cpp_files("src", "tests") if path.suffix == ".hpp" and "#pragma once" not in path.read_text()]
        self.assertEqual([], wrong)

    def test_no_header_opens_a_namespace_for_its_readers(self):
        wrong = [relative(path) for path in cpp_files("src") if path.suffix == ".hpp" and re.search(r"^using namespace", path.read_text(), re.MULTILINE)]
        self.assertEqual([], wrong)


class TheCheck(unittest.TestCase):
    def test_it_wants_a_comment_on_definitions_only(self):
        self.assertEqual([(4, "Silent")], list(undocumented_types(
            "/// For this.\ntemplate <typename T>\nclass Spoken {\nclass Silent final {\nclass Declared;\n")))
        self.assertEqual([], list(undocumented_types("struct Limits {\n  int bytes;  ///< of a body\n};\n")))
        self.assertEqual([(1, "Limits")], list(undocumented_types("struct Limits {\n  int bytes;\n};\n")))


if __name__ == "__main__":
    unittest.main()
