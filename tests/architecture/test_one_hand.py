"""The code looks as if one hand had written it: of several ways to say a thing, one is used."""

import re
import unittest

from layers import place
from sources import SRC, code_of, comments_of, cpp_files, functions_of, literals_of

# The folders to which every rule below applies.
FOLDERS = ("src", "tests", "bench")

LOCK_GUARD = re.compile(r"\bstd::lock_guard\b")
ENDLESS = re.compile(r"\bfor\s*\(\s*;\s*;\s*\)|\bwhile\s*\(\s*1\s*\)")
BRACED_UNEXPECTED = re.compile(r"\bstd::unexpected(?:<[^;{}()]*>)?(?:\s+\w+)?\s*\{")
# `for (x : f().g())`: an object that f() returns by value is destroyed before the loop begins; one that it returns by reference is not.
LOOP_OVER_ENDED = re.compile(r"\bfor\s*\([^;()]*[^:]:\s+[\w:]+\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\.\w+\(")
CONDITION = re.compile(r"\b(?:if|for|while)\b(?: constexpr)?\s*\(|\belse\b(?!\s+if\b)")
# The middle of an object: a literal that ends after a member's name, or begins after a value.
JOINED_JSON = re.compile(r'^(?:\\?")?,\\?"\w|\\?":(?:\\?")?$')
# It writes a line for each request, into an existing buffer.
MAY_JOIN_JSON = {SRC / "telemetry" / "access_log.cpp"}
BODY_ON_ITS_OWN_LINE = re.compile(r"[ \t]*\n\s*[^\s{]")


def lines_matching(pattern, code):
    return [code.count("\n", 0, match.start()) + 1 for match in pattern.finditer(code)]


def end_of_parentheses(code, start):
    """The position after the parenthesis that closes the one at `start`."""
    depth = 0
    for position in range(start, len(code)):
        depth += {"(": 1, ")": -1}.get(code[position], 0)
        if depth == 0:
            return position + 1
    return len(code)


def unbraced_bodies(code):
    """The line of each if, else, for and while whose body is on a separate line without braces."""
    for match in CONDITION.finditer(code):
        end = end_of_parentheses(code, match.end() - 1) if match.group().endswith("(") else match.end()
        if BODY_ON_ITS_OWN_LINE.match(code, end):
            yield code.count("\n", 0, match.start()) + 1


def documentation_in_bodies(path):
    """The line of each /// within a function."""
    documented = [line for line, content in comments_of(path.read_text()) if content.startswith("///")]
    bodies = [range(function.line, function.line + function.lines) for function in functions_of(path)]
    return [line for line in documented if any(line in body for body in bodies)]


class OneHand(unittest.TestCase):
    def check(self, lines_of_code):
        wrong = [place(path, line) for path in cpp_files(*FOLDERS) for line in lines_of_code(code_of(path.read_text()))]
        self.assertEqual([], wrong)

    def test_a_lock_is_a_scoped_lock(self):
        self.check(lambda code: lines_matching(LOCK_GUARD, code))

    def test_an_endless_loop_is_while_true(self):
        self.check(lambda code: lines_matching(ENDLESS, code))

    def test_unexpected_has_parentheses(self):
        self.check(lambda code: lines_matching(BRACED_UNEXPECTED, code))

    def test_a_loop_goes_over_what_outlives_it(self):
        self.check(lambda code: lines_matching(LOOP_OVER_ENDED, code))

    def test_json_is_written_by_the_writer(self):
        wrong = [place(path, line) for path in cpp_files("src") if path not in MAY_JOIN_JSON
                 for line, content in literals_of(path.read_text()) if JOINED_JSON.search(content)]
        self.assertEqual([], wrong)

    def test_a_body_on_a_line_of_its_own_has_braces(self):
        self.check(unbraced_bodies)

    def test_declarations_alone_are_documented_by_three_slashes(self):
        wrong = [place(path, line) for path in cpp_files("src", "tests", "bench") for line in documentation_in_bodies(path)]
        self.assertEqual([], wrong)


class ThePatterns(unittest.TestCase):
    def test_they_find_what_they_are_for(self):
        for form in ("return std::unexpected{Error::x};", "const std::unexpected refusal{1};", "std::unexpected<Error>{e}"):
            self.assertTrue(BRACED_UNEXPECTED.search(form), form)
        for form in ("return std::unexpected(Error{1});", "std::unexpected<Error> failure(int i) {"):
            self.assertFalse(BRACED_UNEXPECTED.search(form), form)

    def test_loops_over_what_has_ended_are_found(self):
        for form in ("for (const Subject& one : list_of(a, b.c()).all()) f(one);", "for (auto& one : base::make(x(y(z))).view()) {"):
            self.assertTrue(LOOP_OVER_ENDED.search(form), form)
        for form in ("for (auto& one : list.all()) f(one);", "for (auto& one : load(settings).keys) f(one);", "for (auto& one : made()) {",
                     "for (int i = first(a).value(); i < 2; ++i) {"):
            self.assertFalse(LOOP_OVER_ENDED.search(form), form)

    def test_joined_json_is_told_from_other_text(self):
        for literal in (r'{\"time\":\"', r'\",\"level\":\"', r',\"status\":', '{"id":', '","event":"', r',\"truncated\":true'):
            self.assertTrue(JOINED_JSON.search(literal), literal)
        for literal in ("a, b", ":", "name: ", r'\"', r'\" is no number', '{"name":"Gatehouse"}', r'{\"name\": \"Ada\"'):
            self.assertFalse(JOINED_JSON.search(literal), literal)

    def test_bodies_are_told_apart(self):
        self.assertEqual([1, 3, 5], list(unbraced_bodies("if (a(b))\n  c;\nelse if (d)\n  e;\nelse\n  f;\n")))
        self.assertEqual([1], list(unbraced_bodies("for (int i = 0;\n     i < n; ++i)\n  f(i);\n")))
        self.assertEqual([], list(unbraced_bodies("if (a) b;\nwhile (c(d)) {\n}\ndo {\n} while (e);\nif (f) {\n} else {\n}\n")))


if __name__ == "__main__":
    unittest.main()
