"""Writes the description of the HTTP interface as JSON, which its reference reads.

usage: description.py <openapi.yaml> <openapi.json>
"""

import json
import pathlib
import sys

import yaml  # type: ignore[import]


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source, target = map(pathlib.Path, sys.argv[1:])
    target.write_text(json.dumps(yaml.safe_load(source.read_text()), ensure_ascii=False))


if __name__ == "__main__":
    main()
