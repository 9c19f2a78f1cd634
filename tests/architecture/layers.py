"""Which module may use which (docs/architecture.md): each layer may use the ones below it, never one beside or above it."""

import re

from sources import SRC, relative

MODULES = (SRC / "CMakeLists.txt").read_text()
FEATURES = re.findall(r"^gatehouse_feature\((\w+)", MODULES, re.MULTILINE)

# From top to bottom. A feature gets its place from its gatehouse_feature line in src/CMakeLists.txt; any other new folder of src/
# needs a gatehouse_module line there and a place here.
LAYERS = [
    ["cli"],
    ["service"],
    ["api"],
    ["flows", "jobs"],
    FEATURES,
    ["database/schema"],
    ["http", "database", "redis"],
    ["config"],
    ["jose"],
    ["crypto"],
    ["runtime"],
    ["telemetry"],
    ["json"],
    ["metrics"],
    ["base"],
]

# They implement the database port; only main.cpp knows them.
DRIVERS = ["database/postgres", "database/sqlite"]

# Subfolders that are separate modules.
SUBMODULES = [*DRIVERS, "database/schema"]

RANK = {folder: rank for rank, folders in enumerate(LAYERS) for folder in folders}


def folder_of(path):
    """The module of a file of src/: its folder, or the submodule within it; None for main.cpp."""
    parts = path.relative_to(SRC).parts[:-1]
    if not parts:
        return None
    return "/".join(parts[:2]) if "/".join(parts[:2]) in SUBMODULES else parts[0]


def allowed(user, used):
    """Whether module `user` may include module `used`."""
    if user is None or user == used:
        return True
    if used in DRIVERS:
        return False
    if user in DRIVERS:
        return RANK[used] >= RANK["database"] and used != "http"
    return RANK[user] < RANK[used]


def includes_of(path):
    """(line, included path) of each quoted include."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if match:
            yield number, match.group(1)


def declared_modules():
    """What src/CMakeLists.txt says: module → the modules it USES."""
    text = re.sub(r"^gatehouse_feature\((\w+)", r"gatehouse_module(\1 USES database", MODULES, flags=re.MULTILINE)
    text = text.replace("${features}", " ".join(FEATURES)).replace(" FOR_SIZE", "")
    modules = {}
    for name, rest in re.findall(r"^gatehouse_module\(([\w/]+)([^)]*)\)", text, re.MULTILINE):
        uses = re.search(r"\bUSES\s+([\w/\s]+?)(?=\s+LINKS\b|$)", rest)
        modules[name] = uses.group(1).split() if uses else []
    return modules


def reachable(modules, start):
    """Every module that the link line of `start` brings along, itself included."""
    found, waiting = set(), [start]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting += modules.get(module, [])
    return found


def place(path, line):
    return f"{relative(path)}:{line}"
