import re
import subprocess
import unittest

from sources import ROOT, code_of, cpp_files, relative

VAGUE_WORDS = {"util", "utils", "helper", "helpers", "manager", "managers", "data", "common", "misc", "impl", "stuff", "things"}
VAGUE_TYPE = re.compile(r"\b(?:class|struct|enum class)\s+(\w*(?:Manager|Utils?|Helpers?|Data|Impl|Misc|Common))\b")
UNFINISHED = re.compile(r"\b(?:T[O]DO|F[I]XME|X[X]X|H[A]CK)\b")
GENERATED = re.compile(
    r"^(?:build|data|node_modules)/|/node_modules/|__pycache__|\.(?:o|a|so|gch|pch|pyc|db|sqlite)$|compile_commands\.json$|^\.env$")
TEXT_SUFFIXES = {".cpp", ".hpp", ".py", ".sh", ".cmake", ".sql", ".md", ".txt", ".yaml", ".yml", ".json", ""}


def tracked_files():
    """The files that git tracks; without a git folder, every file of src/, tests/ and scripts/."""
    listed = subprocess.run(["git", "-C", str(ROOT), "-c", f"safe.directory={ROOT}", "ls-files", "-z"], capture_output=True, check=False)
    if listed.returncode == 0:
        return [path for path in listed.stdout.decode().split("\0") if path]
    return [relative(path) for folder in ("src", "tests", "scripts") for path in (ROOT / folder).rglob("*") if path.is_file()]


class Names(unittest.TestCase):
    def test_no_file_or_folder_has_a_vague_name(self):
        vague = []
        for path in tracked_files():
            if path.startswith(("src/", "tests/", "scripts/", "bench/", "cmake/")):
                words = set(re.split(r"[/_.]", path.lower()))
                vague += [path] if words & VAGUE_WORDS else []
        self.assertEqual([], vague)

    def test_no_type_has_a_vague_name(self):
        vague = [f"{relative(path)}: {name}" for path in cpp_files("src", "tests", "bench")
                 for name in VAGUE_TYPE.findall(code_of(path.read_text()))]
        self.assertEqual([], vague)

    def test_nothing_is_marked_as_unfinished(self):
        marked = []
        for path in tracked_files():
            file = ROOT / path
            if file.suffix in TEXT_SUFFIXES and file.is_file() and UNFINISHED.search(file.read_text(errors="replace")):
                marked.append(path)
        self.assertEqual([], marked)

    def test_nothing_generated_is_committed(self):
        self.assertEqual([], [path for path in tracked_files() if GENERATED.search(path)])


if __name__ == "__main__":
    unittest.main()
