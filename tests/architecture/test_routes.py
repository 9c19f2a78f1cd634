"""Routes and problems are in their lists: no handler without a row, no problem outside the list of codes."""

import re
import unittest

from layers import place
from sources import SRC, code_of, cpp_files, relative

CLASS = re.compile(r"^class (\w+Routes)\b", re.MULTILINE)
HANDLER = re.compile(r"\b(?:Task<>|bool) (\w+)\(const http::Request& \w+, http::Answer& \w+\);")
PROBLEM = re.compile(r"\bProblem\{")
# Problems are created only here; all other code names them: problem("not_found").
MAY_MAKE_PROBLEMS = {SRC / "http" / "problems.hpp", SRC / "api" / "problems.hpp"}


def handlers_without_a_row(code):
    """`Class::handler` of each handler that no row of its class names."""
    name = CLASS.search(code)
    if not name:
        return []
    return [f"{name[1]}::{handler}" for handler in HANDLER.findall(code) if not re.search(rf"&{name[1]}::{handler}\b", code)]


class Routes(unittest.TestCase):
    def test_every_handler_has_a_row(self):
        headers = [path for path in cpp_files("src/api") if path.name.endswith("_routes.hpp")]
        self.assertGreater(len(headers), 3)
        self.assertEqual([], [handler for path in headers for handler in handlers_without_a_row(code_of(path.read_text()))])

    def test_every_resource_is_in_the_list(self):
        listed = (SRC / "api" / "routes.hpp").read_text()
        resources = {path: CLASS.search(path.read_text()) for path in cpp_files("src/api") if path.name.endswith("_routes.hpp")}
        self.assertEqual([], [relative(path) for path, name in resources.items() if name and not re.search(rf"\b{name[1]}\b", listed)])

    def test_problems_are_made_in_their_lists(self):
        wrong = [place(path, code.count("\n", 0, match.start()) + 1) for path in cpp_files("src") if path not in MAY_MAKE_PROBLEMS
                 for code in [code_of(path.read_text())] for match in PROBLEM.finditer(code)]
        self.assertEqual([], wrong)


class ThePatterns(unittest.TestCase):
    def test_they_find_what_they_are_for(self):
        code = "class ARoutes {\n  Task<> f(const http::Request& request, http::Answer& answer);\n"
        self.assertEqual(["ARoutes::f"], handlers_without_a_row(code))
        self.assertEqual([], handlers_without_a_row(code + "Route{x, &ARoutes::f}"))


if __name__ == "__main__":
    unittest.main()
