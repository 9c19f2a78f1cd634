"""Some things have only one place: SQL, locks, dialects. Some coroutine shapes have none, because GCC 12 miscompiles them."""

import re
import unittest

from layers import place
from sources import ROOT, SRC, code_of, cpp_files, literals_of, relative

SQL = re.compile(r"^\s*(?:SELECT\b|INSERT\s+INTO\b|UPDATE\s+\w+\s+SET\b|DELETE\s+FROM\b|CREATE\s+\w+|ALTER\s+TABLE\b|DROP\s+\w+|WITH\s+\w+\s+AS\b"
                 r"|LISTEN\b|NOTIFY\b|BEGIN\b|COMMIT\b)")
WRITTEN_TABLE = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+([a-z_]+)")
LOCK = re.compile(r"\bstd::(?:\w*mutex|lock_guard|unique_lock|shared_lock|scoped_lock|condition_variable\w*|call_once)\b")
LAMBDA_COROUTINE = re.compile(r"(?<![\w\])])\[[^\[\]]+\]\s*(?:\([^()]*\)\s*)?(?:mutable\s*)?->\s*(?:\w+::)*Task<")
LAMBDA_IN_AWAIT = re.compile(r"\bco_await\b[^;{}]*?[(,\s]\[[^\[\]]+\]\s*[({]")
MUTABLE_STATIC = re.compile(r"^\s*(?:static|thread_local|static thread_local)\s+(?!const\b|constexpr\b|constinit const\b)[\w:<>,&* ]+?\s+\w+\s*(?:=|\{|;)",
                            re.MULTILINE)
# It replaces mmap(2), whose callers have no way to pass it any state.
MAY_HOLD_STATICS = {SRC / "passwords" / "hash_memory.cpp"}
SETTING_NAME = re.compile(r"^[A-Z][A-Z0-9]*_[A-Z0-9_]+$")
# A row of a feature's table of settings.
SETTING_ROW = re.compile(r"\b(?:SettingOf|Section)<")
# PasswordService::verify(), whatever the service is called.
PASSWORD_CHECK = re.compile(r"\bpasswords?_?(?:\.|->)verify\(")
# `constexpr Statement name{`, and the same without `constexpr`.
STATEMENT = re.compile(r"(\bconstexpr )?(?:\bdatabase::)?\b(?:Statement|Write)(?:<[^<>;{}]*>)? \w+\s*\{")
# The text of a migration's check comes from a file of the repository.
MAY_COMPOSE_STATEMENTS = {SRC / "database" / "sqlite" / "connection.cpp"}
SLEEP = re.compile(r"\b(?:sleep_for|sleep_until|usleep|nanosleep)\b")


def may_hold_sql(path):
    """src/redis is exempt because Redis has its own SELECT."""
    return path.name.endswith("_store.cpp") or (SRC / "database") in path.parents or (SRC / "redis") in path.parents


def lines_matching(pattern, code):
    return [code.count("\n", 0, match.start()) + 1 for match in pattern.finditer(code)]


def matches(pattern, paths):
    return [place(path, line) for path in paths for line in lines_matching(pattern, code_of(path.read_text()))]


class Places(unittest.TestCase):
    def test_sql_stands_in_stores_and_below_database(self):
        wrong = [place(path, line) for path in cpp_files("src") if not may_hold_sql(path)
                 for line, content in literals_of(path.read_text()) if SQL.match(content)]
        self.assertEqual([], wrong)

    def test_statements_are_constants(self):
        """So nothing that a client sends can become part of a statement: it goes into parameters."""
        found = [(path, match[1]) for path in cpp_files("src") for match in STATEMENT.finditer(code_of(path.read_text()))]
        self.assertGreater(len(found), 100)
        composed = {path for path, constant in found if not constant}
        self.assertEqual(MAY_COMPOSE_STATEMENTS, composed)

    def test_each_table_is_written_by_one_store(self):
        writers = {}
        for path in cpp_files("src"):
            if path.name.endswith("_store.cpp"):
                for _, content in literals_of(path.read_text()):
                    for table in WRITTEN_TABLE.findall(content):
                        writers.setdefault(table, set()).add(relative(path))
        self.assertEqual({}, {table: paths for table, paths in writers.items() if len(paths) > 1})

    def test_passwords_are_checked_in_one_place(self):
        """So no path can bypass the lockout."""
        checked = [relative(path) for path in cpp_files("src") if PASSWORD_CHECK.search(code_of(path.read_text()))]
        self.assertEqual(["src/flows/password_check/password_check.cpp"], checked)

    def test_no_locks_on_the_way_of_a_request(self):
        self.assertEqual([], matches(LOCK, cpp_files("src/http", "src/api", "src/flows")))

    def test_no_lambda_coroutine_captures(self):
        self.assertEqual([], matches(LAMBDA_COROUTINE, cpp_files("src", "tests")))

    def test_no_capturing_lambda_within_a_co_await(self):
        self.assertEqual([], matches(LAMBDA_IN_AWAIT, cpp_files("src", "tests")))

    def test_no_mutable_statics(self):
        self.assertEqual([], matches(MUTABLE_STATIC, [path for path in cpp_files("src") if path not in MAY_HOLD_STATICS]))

    def test_settings_stand_with_their_feature(self):
        """config/ reads all settings and knows none; those of a feature are in a separate file, where people look for them."""
        files = [path for path in cpp_files("src") if SETTING_ROW.search(code_of(path.read_text()))]
        mechanism = [path for path in files if path.parent == SRC / "config"]
        self.assertEqual([], [relative(path) for path in files if path not in mechanism and not path.stem.endswith("_settings")])
        named = [place(path, line) for path in cpp_files("src/config") if path.stem != "names"
                 for line, content in literals_of(path.read_text()) if SETTING_NAME.match(content)]
        self.assertEqual([], named)

    def test_unit_tests_do_not_sleep(self):
        self.assertEqual([], matches(SLEEP, cpp_files("tests/unit", "tests/contract")))


class Vectors(unittest.TestCase):
    FOLDER = ROOT / "tests" / "vectors"

    def test_each_file_is_used_and_described(self):
        """A file that no test reads only adds weight to every clone."""
        tests = "".join(path.read_text() for path in cpp_files("tests") + sorted((ROOT / "tests").rglob("test_*.py")))
        readme = (self.FOLDER / "README.md").read_text()
        files = [path for folder in self.FOLDER.iterdir() if folder.is_dir() for path in folder.iterdir() if path.name != "LICENSE"]
        self.assertGreater(len(files), 10)
        self.assertEqual([], [relative(path) for path in files if path.name not in tests or path.name not in readme])

    def test_what_others_published_has_its_licence(self):
        self.assertEqual([], [name for name in ("wycheproof", "jose-cookbook") if not (self.FOLDER / name / "LICENSE").exists()])

    def test_what_the_program_contains_of_others_has_its_licence(self):
        folder = ROOT / "third_party"
        readme = (folder / "README.md").read_text()
        parts = [part for part in folder.iterdir() if part.is_dir()]
        self.assertGreater(len(parts), 0)
        self.assertEqual([], [relative(part) for part in parts if not (part / "LICENSE").exists()])
        files = [path for part in parts for path in part.iterdir() if path.name != "LICENSE"]
        self.assertEqual([], [relative(path) for path in files if path.name not in readme])

    def test_nothing_is_read_from_beside_the_repository(self):
        sources = cpp_files("tests") + sorted((ROOT / "tests").rglob("*.py"))
        self.assertEqual([], [relative(path) for path in sources if re.search(r"(?:parent_path\(\)|\.parent) / \"shared\"", path.read_text())])


class Migrations(unittest.TestCase):
    def test_every_migration_goes_up_and_down_in_both_dialects(self):
        names = {dialect: {path.name for path in (ROOT / "migrations" / dialect).glob("*.sql")} for dialect in ("postgres", "sqlite")}
        later = {name for name in names["postgres"] if name.endswith(".indexes.sql")}
        self.assertEqual(names["postgres"] - later, names["sqlite"])
        steps = {name: name.rsplit(".", 2)[0] for name in names["postgres"]}
        ups, downs, checks = ({step for name, step in steps.items() if name.endswith(kind)} for kind in (".up.sql", ".down.sql", ".check.sql"))
        self.assertEqual(ups, downs)
        self.assertLessEqual(checks | {steps[name] for name in later}, ups)

    def test_databases_of_every_encoding_take_the_migrations(self):
        wrong = [path.name for path in (ROOT / "migrations").rglob("*.sql") if not path.read_bytes().isascii()]
        self.assertEqual(wrong, [])

    def test_migrations_sort_by_date_and_number(self):
        wrong = [path.name for path in (ROOT / "migrations").rglob("*.sql") if not re.match(r"20\d{6}_\d{3}_[a-z0-9_]+\.(up|down|check|indexes)\.sql$", path.name)]
        self.assertEqual([], wrong)


class ThePatterns(unittest.TestCase):
    def test_they_find_what_they_are_for(self):
        self.assertTrue(LAMBDA_COROUTINE.search("auto f = [this, &x](int a) -> runtime::Task<int> {"))
        self.assertFalse(LAMBDA_COROUTINE.search("auto f = [](int a) -> runtime::Task<int> {"))
        self.assertTrue(LAMBDA_IN_AWAIT.search("co_await run(pool, [&] { return 1; });"))
        self.assertFalse(LAMBDA_IN_AWAIT.search("co_await run(rows[0], (1));"))
        self.assertTrue(MUTABLE_STATIC.search("  static int counter = 0;"))
        self.assertFalse(MUTABLE_STATIC.search("  static const int limit = 0;"))
        self.assertTrue(SQL.match("SELECT id FROM users"))
        self.assertFalse(SQL.match("Select a file"))
        self.assertTrue(STATEMENT.search("static constexpr database::Write remove{")[1])
        self.assertFalse(STATEMENT.search("const Write<UserId> remove{")[1])


if __name__ == "__main__":
    unittest.main()
