"""Says what `./dev test` has to build and run, one thing per line: `test NAME` (of ctest), `target NAME`, `python PATH`.

usage: select_tests.py <preset> [--changed] [word...]

Without words and --changed, that is everything. --changed: what can be broken by the files that differ from where the branch left main.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "architecture"))

from layers import declared_modules, reachable  # noqa: E402

PYTHON_FOLDERS = {"release": ["architecture", "compare", "integration", "e2e", "clients", "example"]}
RUN_THE_PROGRAM = ("tests/integration", "tests/e2e", "tests/clients", "tests/example")
EVERYTHING = re.compile(r"(cmake|scripts|third_party|\.ci)/|(CMakeLists\.txt|CMakePresets\.json|dev)$|tests/(CMakeLists\.txt|pytest\.ini)$|src/CMakeLists\.txt$")
CONTRACT_USES = {"flows", "jobs", "database/schema", "database/postgres", "database/sqlite"}
DOCUMENTS = re.compile(r"docs/|((clients|examples)/\w+/)?[A-Z]+\.md$")
ABOUT_DOCUMENTS = {f"tests/e2e/test_{name}.py" for name in ("documentation", "documents", "readme")}
PROGRAM = re.compile(r"(src|migrations|seeds|api)/")


def lines_of(*command):
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()


def tests_of_ctest(preset):
    """Each test of the build: its name → the target that it runs. CMake writes the list."""
    return dict(line.split() for line in (ROOT / "build" / preset / "tests.txt").read_text().splitlines())


def python_folders(preset):
    names = PYTHON_FOLDERS.get(preset, ["integration"])
    return [f"tests/{name}" for name in names if (ROOT / "tests" / name).is_dir()]


def has_word(name, words):
    return not words or any(word in name for word in words)


def python_with_words(places, words):
    """The places that have a test with one of the words in its name; asking pytest takes a moment, so it is asked only if needed."""
    if not words:
        return places
    command = ["/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--collect-only", "-k", " or ".join(words)]
    found = subprocess.run([*command, *places], cwd=ROOT, check=False, capture_output=True, text=True).stdout
    paths = sorted({line.split("::")[0] for line in found.splitlines() if "::" in line})
    return [path if path.startswith("tests/") else f"tests/{path}" for path in paths]


def changed_files():
    """What differs from where the branch left main: on main itself, what is not committed."""
    base = "HEAD"
    if subprocess.run(["git", "rev-parse", "-q", "--verify", "main"], cwd=ROOT, check=False, capture_output=True).returncode == 0:
        base = lines_of("git", "merge-base", "main", "HEAD")[0]
    return lines_of("git", "diff", "--name-only", base) + lines_of("git", "ls-files", "--others", "--exclude-standard")


class Change:
    """What a list of changed files can break."""

    def __init__(self, files):
        self.files = files
        self.modules = declared_modules()

    def touches(self, pattern):
        return any(re.match(pattern, file) for file in self.files)

    def touches_everything(self):
        return any(EVERYTHING.match(file) for file in self.files)

    def module_of(self, file):
        """The deepest module whose folder the file of src/ is in."""
        inside = [module for module in self.modules if file.startswith(f"src/{module}/")]
        return max(inside, key=len, default=None)

    def affected_modules(self):
        touched = {self.module_of(file) for file in self.files}
        return {module for module in self.modules if touched & reachable(self.modules, module)}

    def breaks_test(self, name):
        """Whether the change may make a test of ctest fail."""
        if self.touches_everything() or self.touches(r"tests/support/"):
            return True
        if name.endswith("_fuzz"):
            return self.touches(r"src/|tests/fuzz/")
        if name.startswith("contract"):
            return self.touches(r"tests/contract/|migrations/") or bool(self.affected_modules() & CONTRACT_USES)
        folder = name.removeprefix("unit_")
        affected = {module.replace("/", "_") for module in self.affected_modules()}
        return folder in affected or any(self.files_of_unit(folder))

    def files_of_unit(self, folder):
        return (file for file in self.files if file.startswith("tests/unit/") and file.rsplit("/", 1)[0][11:].replace("/", "_") == folder)

    def python_places(self, places):
        """Architecture always, a whole folder when the program, its harness, the example or a client changed, else the changed test files
        and those about changed documents."""
        program = self.touches_everything() or self.touches(PROGRAM)
        chosen = []
        for place in places:
            shared = self.touches(r"tests/integration/(harness/|conftest)") and place in RUN_THE_PROGRAM
            example = self.touches(r"tests/example/") and place == "tests/example"
            client = self.touches(r"clients/|examples/|tests/clients/") and place == "tests/clients"
            if place == "tests/architecture" or program or shared or example or client:
                chosen.append(place)
            else:
                changed = {file for file in self.files if re.match(rf"{place}/test_\w+\.py$", file) and (ROOT / file).exists()}
                about = ABOUT_DOCUMENTS if place == "tests/e2e" and self.touches(DOCUMENTS) else set()
                chosen += sorted(changed | about)
        return chosen


def main():
    preset, words = sys.argv[1], [argument for argument in sys.argv[2:] if argument != "--changed"]
    tests = {name: target for name, target in tests_of_ctest(preset).items() if has_word(name, words)}
    places = python_folders(preset)
    if "--changed" in sys.argv:
        change = Change(changed_files())
        tests = {name: target for name, target in tests.items() if change.breaks_test(name)}
        places = change.python_places(places)
    places = python_with_words(places, words)
    if words and not tests and not places:
        sys.exit(f"./dev test: no test has {' or '.join(words)} in its name")
    targets = set(tests.values())
    if any(place.startswith(RUN_THE_PROGRAM) for place in places):
        targets.add("gatehouse")
    for kind, names in (("test", sorted(tests)), ("target", sorted(targets)), ("python", places)):
        for name in names:
            print(kind, name)


if __name__ == "__main__":
    main()
