"""The commands in CONTRIBUTING.md name what exists: a filter that matches no test would pass silently."""

import re
import unittest

from sources import ROOT, cpp_files

TEXT = (ROOT / "CONTRIBUTING.md").read_text()


class Commands(unittest.TestCase):
    def test_filter_for_the_debugger_fits_tests_of_that_program(self):
        [(module, suite)] = re.findall(r"build/debug/tests/unit_(\w+) --gtest_filter='(\w+)\.\*'", TEXT)
        tests = "".join(path.read_text() for path in cpp_files(f"tests/unit/{module}"))
        self.assertRegex(tests, rf"\bTEST(_F|_P)?\({suite},")

    def test_fuzz_target_is_there(self):
        [target] = re.findall(r"`\./dev fuzz (\w+) \d+`", TEXT)
        self.assertTrue((ROOT / "tests" / "fuzz" / f"{target}_fuzz.cpp").exists())

    def test_named_commands_are_there(self):
        commands = set(re.findall(r"\./dev ([a-z-]+)", TEXT))
        self.assertGreater(len(commands), 8)
        known = (ROOT / "dev").read_text()
        self.assertEqual([], [name for name in sorted(commands) if not re.search(rf"^  {name} ", known, re.MULTILINE)])


if __name__ == "__main__":
    unittest.main()
