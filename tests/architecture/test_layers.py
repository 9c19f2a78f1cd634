import unittest

from layers import DRIVERS, RANK, allowed, declared_modules, folder_of, includes_of, place, reachable
from sources import SRC, cpp_files


class Layers(unittest.TestCase):
    def test_every_folder_has_its_layer_and_its_module(self):
        modules = declared_modules()
        folders = {folder_of(path) for path in cpp_files("src")} - {None}
        self.assertEqual(set(), folders - set(RANK) - set(DRIVERS), "no layer in tests/architecture/layers.py")
        self.assertEqual(set(), folders - set(modules), "no gatehouse_module in src/CMakeLists.txt")

    def test_modules_use_only_layers_below(self):
        wrong = [f"{user} uses {used}" for user, uses in declared_modules().items() for used in uses if not allowed(user, used)]
        self.assertEqual([], wrong)

    def test_files_include_only_layers_below(self):
        wrong = []
        for path in cpp_files("src"):
            for line, included in includes_of(path):
                if not (SRC / included).is_file():
                    wrong.append(f"{place(path, line)} includes {included}, which is no path below src/")
                elif not allowed(folder_of(path), folder_of(SRC / included)):
                    wrong.append(f"{place(path, line)} includes {included}")
        self.assertEqual([], wrong)

    def test_files_include_only_what_their_module_links(self):
        modules, wrong = declared_modules(), []
        for path in cpp_files("src"):
            user = folder_of(path)
            for line, included in includes_of(path):
                if user is not None and folder_of(SRC / included) not in reachable(modules, user):
                    wrong.append(f"{place(path, line)} includes {included}, but src/CMakeLists.txt does not say that {user} USES it")
        self.assertEqual([], wrong)

    def test_only_main_knows_the_drivers(self):
        modules = declared_modules()
        users = [user for user in modules for driver in DRIVERS if user != driver and driver in reachable(modules, user)]
        self.assertEqual([], users)


class TheRules(unittest.TestCase):
    def test_an_upward_a_sideways_and_a_driver_edge_are_refused(self):
        for user, used in (("base", "crypto"), ("users", "sessions"), ("flows", "database/sqlite"), ("database", "users"), ("http", "database"), ("http", "sessions")):
            self.assertFalse(allowed(user, used), f"{user} → {used}")
        for user, used in (("flows", "users"), ("database/sqlite", "database"), (None, "database/sqlite"), ("cli", "base")):
            self.assertTrue(allowed(user, used), f"{user} → {used}")


if __name__ == "__main__":
    unittest.main()
