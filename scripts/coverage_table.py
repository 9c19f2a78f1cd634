"""Prints gcovr's summary per folder of src/.

usage: coverage_table.py <summary.json>
"""

import json
import pathlib
import sys
from collections import Counter


def share(part, whole):
    return f"{100 * part / whole:6.1f} %" if whole else "       –"


def main():
    folders: dict[str, Counter] = {}
    for file in json.loads(pathlib.Path(sys.argv[1]).read_text())["files"]:
        counts = {name: file[name] for name in ("line_covered", "line_total", "branch_covered", "branch_total")}
        folders.setdefault(str(pathlib.Path(file["filename"]).parent), Counter()).update(counts)
    total: Counter = Counter()
    for counts in folders.values():
        total.update(counts)
    print(f"{'folder':24}   lines  branches")
    for name, counts in [*sorted(folders.items()), ("all", total)]:
        lines = share(counts["line_covered"], counts["line_total"])
        print(f"{name:24}{lines}  {share(counts['branch_covered'], counts['branch_total'])}")


if __name__ == "__main__":
    main()
