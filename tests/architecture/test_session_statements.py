"""Sessions can be spread over servers by their ids: every statement on a request's path names a session or a user, and docs/scaling.md
lists every statement on the table."""

import re
import unittest

from sources import ROOT, cpp_files

DEFINED = re.compile(r'(?:Write|Statement)\s+\w+\s*\{\s*"(?P<name>\w+)",\s*(?P<sql>(?:"(?:[^"\\]|\\.)*"\s*)+)')
ON_SESSIONS = re.compile(r"\b(?:FROM|INTO|UPDATE|JOIN) sessions\b")
BY_ID = re.compile(r"(?:\bWHERE|\bAND) (?:s\.)?id = \$|^INSERT INTO sessions\b|\bON sessions\.id = new_session\.id\b")
BY_USER = re.compile(r"(?:\bWHERE|\bAND) user_id (?:= \$|IN \(SELECT user_id FROM staged_users\b)")
# No request waits for them.
OF_JOBS = {"sessions_sample", "sessions_delete_expired"}
ROW = re.compile(r"^\| `(\w+)` \|[^|]*\|[^|]*\| (one|all) \|$", re.MULTILINE)


def statements():
    """name → SQL of every statement on sessions."""
    found = {}
    for path in cpp_files("src"):
        for match in DEFINED.finditer(path.read_text()):
            sql = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', match["sql"]))
            if ON_SESSIONS.search(sql):
                found[match["name"]] = sql
    return found


def shards(sql):
    return "one" if BY_ID.search(sql) else "all"


class SessionStatements(unittest.TestCase):
    def test_statements_are_found(self):
        self.assertGreater(len(statements()), 15)

    def test_none_on_a_requests_way_visits_every_shard_for_want_of_a_key(self):
        keyless = {name for name, sql in statements().items() if not BY_ID.search(sql) and not BY_USER.search(sql)}
        self.assertEqual(OF_JOBS, keyless)

    def test_table_in_the_documents_is_what_they_are(self):
        documented = dict(ROW.findall((ROOT / "docs" / "scaling.md").read_text()))
        self.assertEqual({name: shards(sql) for name, sql in statements().items()}, documented)


if __name__ == "__main__":
    unittest.main()
