"""Prints the version of the tree; fails if a file names another one."""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
SOURCE = "CMakeLists.txt"
PLACES = {
    SOURCE: r"^project\(gatehouse VERSION (\S+)",
    "api/openapi.yaml": r"^  version: (\S+)",
    "clients/python/pyproject.toml": r'^version = "(.+)"',
    "kubernetes/deployment.yaml": r"image: gatehouse:(\S+)",
    "kubernetes/migration-job.yaml": r"image: gatehouse:(\S+)",
    "kubernetes/sidecar/deployment.yaml": r"image: gatehouse:(\S+)",
    "kubernetes/kustomization.yaml": r"newTag: (\S+)",
    "CHANGELOG.md": r"^## \[([0-9.]+)\]",  # the newest is the first
}


def version_in(file: str, pattern: str) -> str:
    found = re.search(pattern, (ROOT / file).read_text(), re.MULTILINE)
    return found.group(1) if found else "none"


def main() -> int:
    versions = {file: version_in(file, pattern) for file, pattern in PLACES.items()}
    versions["clients/typescript/package.json"] = json.loads((ROOT / "clients/typescript/package.json").read_text())["version"]
    wrong = {file: version for file, version in versions.items() if version != versions[SOURCE]}
    for file, version in wrong.items():
        print(f"{file} has version {version}, {SOURCE} has {versions[SOURCE]}", file=sys.stderr)
    print(versions[SOURCE])
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
