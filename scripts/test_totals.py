"""Adds up the reports of `./dev test` and prints 'N passed, N failed', the last line of its output.

usage: test_totals.py <results folder>

The folder holds, per build, ctest.xml (one case per test program), gtest/<program>.xml (one case per test) and one
<suite>.xml of pytest; failed-sections.txt names the sections that failed, so that a failure without a report counts too.
"""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter


def outcome_of(case):
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    if case.find("skipped") is not None or case.get("result") in ("skipped", "suppressed"):
        return "skipped"
    return "passed"


def count_cases(report):
    return Counter(outcome_of(case) for case in ElementTree.parse(report).getroot().iter("testcase"))


def count_ctest(report):
    """A GoogleTest program counts its own tests, any other one (and one that died before its report) counts as one."""
    total = Counter()
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        single_tests = report.parent / "gtest" / f"{case.get('name')}.xml"
        counted = count_cases(single_tests) if single_tests.exists() else Counter()
        program = outcome_of(case) if case.get("status") not in ("fail", "failed") else "failed"
        if not counted or (program == "failed" and not counted["failed"]):
            counted[program] += 1
        total += counted
    return total


def count_folder(results):
    total = Counter()
    for report in sorted(results.glob("*/*.xml")):
        total += count_ctest(report) if report.name == "ctest.xml" else count_cases(report)
    return total


def main():
    results = pathlib.Path(sys.argv[1])
    total = count_folder(results)
    failed_sections = results / "failed-sections.txt"
    if failed_sections.exists():
        sections = failed_sections.read_text().splitlines()
        print("failed: " + "; ".join(sections))
        total["failed"] = max(total["failed"], len(sections))
    skipped = f", {total['skipped']} skipped" if total["skipped"] else ""
    print(f"{total['passed']} passed, {total['failed']} failed{skipped}")
    return 1 if total["failed"] or not total["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
