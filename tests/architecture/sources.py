"""The sources as the architecture tests see them: files, code without comments and literals, literals, functions."""

import pathlib
import re
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[2]
SRC = ROOT / "src"

# One alternative for each kind of token whose braces and quotes are not code; a digit separator does not begin a character literal.
_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      | R"(?P<delimiter>[^()\\ ]{0,16})\((?P<raw>.*?)\)(?P=delimiter)"
      | "(?P<text>(?:\\.|[^"\\\n])*)"
      | (?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'
    """,
    re.VERBOSE | re.DOTALL,
)


def cpp_files(*folders):
    """Every C++ file below the folders (of the root), sorted."""
    found = []
    for folder in folders:
        found += [path for path in (ROOT / folder).rglob("*") if path.suffix in (".cpp", ".hpp")]
    return sorted(found)


def relative(path):
    return path.relative_to(ROOT).as_posix()


def _blank(match):
    """What replaces a token: its line breaks and, for a literal, empty quotes."""
    lines = "\n" * match.group(0).count("\n")
    return lines if match.group("comment") is not None else '""' + lines


def code_of(text):
    """The text without comments, with empty literals and without preprocessor lines; line numbers stay."""
    code = _TOKEN.sub(_blank, text)
    return re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda match: "\n" * match.group(0).count("\n"), code, flags=re.MULTILINE)


def literals_of(text):
    """(line, content) of each string literal."""
    for match in _TOKEN.finditer(text):
        content = match.group("raw") if match.group("raw") is not None else match.group("text")
        if content is not None:
            yield text.count("\n", 0, match.start()) + 1, content


def comments_of(text):
    """(line, content) of each comment, its slashes included."""
    for match in _TOKEN.finditer(text):
        if match.group("comment") is not None:
            yield text.count("\n", 0, match.start()) + 1, match.group("comment")


@dataclass
class Function:
    path: pathlib.Path
    line: int
    header: str
    lines: int

    def __str__(self):
        return f"{relative(self.path)}:{self.line} ({self.lines} lines) {' '.join(self.header.split())[-80:]}"


_NO_FUNCTION = re.compile(r"\s*(?:template\s*<.*>\s*)?(?:namespace|class|struct|union|enum|extern)\b", re.DOTALL)
_FUNCTION_END = re.compile(
    r"\)\s*(?:(?:const|noexcept|override|final|mutable|try|&&?)\s*|noexcept\s*\([^{}]*\)\s*|requires\b[^{}]*)*"
    r"(?:->\s*[^{};]+)?(?::\s[^;]*)?\s$",
    re.DOTALL,
)


def is_function(header):
    """Whether a brace at namespace or class scope opens a function's body; clang-format puts a space before those only."""
    return not _NO_FUNCTION.match(header) and _FUNCTION_END.search(header) is not None


def functions_of(path):
    """Every function with a body; a lambda is part of the function that contains it."""
    code = code_of(path.read_text())
    scopes, found = [], []
    header_start = 0
    for match in re.finditer(r"[{};]", code):
        position = match.start()
        if match.group() == "{":
            header = code[header_start:position]
            inside = any(scope is not None for scope in scopes)
            scopes.append((position, header) if not inside and is_function(header) else None)
        elif match.group() == "}" and scopes:
            opened = scopes.pop()
            if opened is not None:
                first = code.count("\n", 0, opened[0]) + 1
                found.append(Function(path, first, opened[1], code.count("\n", 0, position) + 2 - first))
        # A brace within a constructor's initialisers does not end its header.
        if not _within_initialiser(code, position, scopes):
            header_start = position + 1
    return found


def _within_initialiser(code, position, scopes):
    """`a_{1}` in `Thing() : a_{1} {`: a brace that follows a name directly, or that closes such a brace before a comma or a body."""
    if any(scope is not None for scope in scopes):
        return False
    if code[position] == "{":
        return position > 0 and (code[position - 1].isalnum() or code[position - 1] in "_>")
    return code[position] == "}" and re.match(r"\}(?:,|\s\{)", code[position:]) is not None
