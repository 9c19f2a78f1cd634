"""Reads Doxygen's warnings on standard input and prints those about things that need a comment; exits with 1 if there is one.

A namespace, a class, a struct and an enumeration always need one: they say what belongs together. The name and type of a member, a
constant or a function may say all there is to say, and whether they do is for people to judge.
"""

import re
import sys

NEEDS_COMMENT = re.compile(r"warning: Compound \S+ is not documented|\(enumeration\) of \w+ \S+ is not documented")


def main():
    found = sorted({line for line in sys.stdin.read().splitlines() if NEEDS_COMMENT.search(line)})
    print("".join(f"{line}\n" for line in found), end="", file=sys.stderr)
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
