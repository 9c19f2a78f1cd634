"""The pictures of README.md: they load nothing from elsewhere, and show what the documents and the dashboard contain."""

import json
import re
import sys
import unittest
import xml.etree.ElementTree as xml

from sources import ROOT

sys.path.insert(0, str(ROOT / "scripts"))

from pictures.queries import fill_in, panels_of  # noqa: E402

FOLDER = ROOT / "docs" / "pictures"
README = (ROOT / "README.md").read_text()
DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "gatehouse.json").read_text())
BYTES_MAX = {"terminal": 40_000, "dashboard": 150_000}
# Text that is only read by people, or is only a name.
HARMLESS = re.compile(r"""\bxmlns(?::\w+)?="[^"]*"|(?<=>)[^<]*(?=</text>)""")
# What an SVG can link to or load from outside; `#name` refers to the SVG itself.
OUTSIDE = re.compile(r"""https?://\S*|(?:href|src)="(?!#)[^"]*"|url\((?!\s*["']?#)[^)]*\)|@import|@font-face|<!DOCTYPE""")
SVG = "{http://www.w3.org/2000/svg}"


def text_of(name):
    return (FOLDER / f"{name}.svg").read_text()


def words_of(element):
    return "".join(element.itertext()).strip().replace("\u00a0", " ")


def lines_of_terminal():
    """Each line of the picture; a line consists of several texts if its colour changes."""
    lines = {}
    for text in xml.fromstring(text_of("terminal")).iter(f"{SVG}text"):
        if "clip-path" in text.attrib:
            lines.setdefault(float(text.get("y")), []).append("".join(text.itertext()).replace("\u00a0", " "))
    return ["".join(parts).strip() for _, parts in sorted(lines.items())]


class Pictures(unittest.TestCase):
    def test_readme_shows_each_and_says_what_it_shows(self):
        shown = dict((path, words) for words, path in re.findall(r"^!\[([^\]]*)\]\(([^)]*)\)$", README, re.MULTILINE))
        self.assertEqual(shown.keys(), {f"docs/pictures/{name}.svg" for name in BYTES_MAX})
        self.assertEqual([], [path for path, words in shown.items() if len(words) < 40])
        self.assertEqual({f"{name}.svg" for name in BYTES_MAX}, {path.name for path in FOLDER.iterdir()})

    def test_they_are_svg_that_has_a_name_and_words(self):
        for name in BYTES_MAX:
            picture = xml.fromstring(text_of(name))
            self.assertEqual(f"{SVG}svg", picture.tag)
            self.assertEqual("img", picture.get("role"))
            self.assertGreater(len(picture.get("aria-label")), 40)
            self.assertGreater(len(words_of(picture.find(f"{SVG}title"))), 5)
            self.assertGreater(len(list(picture.iter(f"{SVG}text"))), 30)

    def test_they_are_small_and_load_nothing(self):
        for name, bytes_max in BYTES_MAX.items():
            text = text_of(name)
            self.assertLess(len(text.encode()), bytes_max)
            self.assertEqual([], OUTSIDE.findall(HARMLESS.sub("", text)), name)

    def test_what_is_outside_is_found(self):
        for text in ('<a xlink:href="x.png"/>', "url(https://example.com/a.woff2)", "url('a.png')", "<!DOCTYPE svg>"):
            self.assertTrue(OUTSIDE.search(text), text)
        named = HARMLESS.sub("", '<svg xmlns="http://www.w3.org/2000/svg"><text>http://127.0.0.1</text>')
        for text in ('<use xlink:href="#m1"/>', "url(#clip)", named):
            self.assertFalse(OUTSIDE.search(text), text)


class Terminal(unittest.TestCase):
    def test_what_is_typed_stands_in_readme(self):
        typed = [line[2:].strip() for line in lines_of_terminal() if line.startswith(("$ ", "> "))]
        self.assertGreater(len(typed), 8)
        self.assertEqual([], [line for line in typed if line not in README])

    def test_it_ends_with_a_session_that_is_refused(self):
        lines = lines_of_terminal()
        self.assertIn('{"message":"Logged out successfully"}', lines)
        self.assertEqual("401", lines[-1])


class Dashboard(unittest.TestCase):
    def test_its_panels_are_those_of_grafana(self):
        groups = xml.fromstring(text_of("dashboard")).iter(f"{SVG}g")
        titles = [words_of(group) for group in groups if group.get("id", "").startswith("panel-")]
        self.assertGreaterEqual(len(titles), 6)
        self.assertLessEqual(set(titles), {panel["title"] for panel in DASHBOARD["panels"]})

    def test_no_variable_is_left_in_a_query(self):
        queries = [target.query for panel in panels_of(DASHBOARD) for target in panel.targets]
        self.assertGreater(len(queries), 50)
        self.assertEqual([], [query for query in queries if "$" in query])

    def test_each_variable_becomes_its_value(self):
        filled_in = fill_in('sum(rate(x{job="$job",route=~"${route}"}[$__rate_interval]))')
        self.assertEqual('sum(rate(x{job="gatehouse",route=~".*"}[4s]))', filled_in)
        self.assertRaises(KeyError, fill_in, 'x{job="$nosuch"}')

    def test_panels_are_told_apart_by_their_rows(self):
        places = [(panel.row, panel.title) for panel in panels_of(DASHBOARD)]
        self.assertEqual(len(places), len(set(places)))


if __name__ == "__main__":
    unittest.main()
