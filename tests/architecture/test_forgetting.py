"""What the compiler says if a write's announcement or a result is forgotten (docs/adr/0012-changes-carry-their-announcements.md)."""

import os
import subprocess
import unittest

from sources import SRC

BEFORE = """
#include "base/ids.hpp"
#include "database/changes.hpp"
using namespace gatehouse;
using namespace gatehouse::database;
constexpr Topic<SessionId> topic{"session"};
[[maybe_unused]] constexpr Write end_session{"end_session", "DELETE", topic};
[[maybe_unused]] constexpr Write touch{"touch", "UPDATE", announces_nothing};
"""

IN_FUNCTION = "std::int64_t change(Changes& changes, const Committed& committed) { %s }"


def complaint(code):
    """What the compiler says about the code; empty if it accepts it."""
    command = [os.environ.get("CXX", "g++"), "-std=c++23", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-I", str(SRC), "-x", "c++", "-"]
    return subprocess.run(command, input=BEFORE + code, capture_output=True, text=True, check=False).stderr


class Forgetting(unittest.TestCase):
    def test_nothing_forgotten_compiles(self):
        self.assertEqual("", complaint(IN_FUNCTION % """
            const auto ended = changes.add(Change<std::int64_t>{end_session, SessionId{1}, {}, affected_rows});
            changes.add(Change<void>{touch, {}});
            return committed.result(ended);"""))

    def test_a_write_says_what_it_announces(self):
        self.assertIn("Write", complaint('constexpr Write silent{"silent", "DELETE"};'))

    def test_a_change_says_whose_it_is(self):
        self.assertIn("no matching function", complaint(IN_FUNCTION % "changes.add(Change<void>{end_session, {}}); return 0;"))

    def test_a_change_is_of_the_topics_kind(self):
        self.assertIn("no matching function", complaint(IN_FUNCTION % "changes.add(Change<void>{end_session, UserId{1}, {}}); return 0;"))

    def test_a_result_that_is_never_read_is_an_error(self):
        self.assertIn("unused", complaint(IN_FUNCTION % """
            const auto ended = changes.add(Change<std::int64_t>{end_session, SessionId{1}, {}, affected_rows});
            return 0;"""))

    def test_a_result_that_is_not_even_kept_is_an_error(self):
        self.assertIn("nodiscard", complaint(IN_FUNCTION % """
            changes.add(Change<std::int64_t>{end_session, SessionId{1}, {}, affected_rows});
            return 0;"""))

    def test_a_change_that_is_not_added_is_an_error(self):
        self.assertIn("nodiscard", complaint("Change<void> touch_row() { return {touch, {}}; }" + IN_FUNCTION % "touch_row(); return 0;"))


if __name__ == "__main__":
    unittest.main()
