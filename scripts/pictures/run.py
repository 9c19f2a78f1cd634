"""./dev pictures: usage: python3 -m pictures.run <binary> terminal|dashboard <picture>"""

import argparse
import signal
import sys
from pathlib import Path

from cluster.parts import Failed


def interrupt(number, _):
    """Raises an exception, so that everything that was started is stopped."""
    sys.exit(128 + number)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", type=Path)
    parser.add_argument("name", choices=["terminal", "dashboard"])
    parser.add_argument("picture", type=Path)
    return parser.parse_args()


def draw(name: str, binary: Path) -> str:
    """The picture as SVG. Each needs packages that the other does not."""
    if name == "terminal":
        from . import terminal

        return terminal.draw(binary)
    from . import dashboard

    return dashboard.draw(binary)


def main():
    chosen = arguments()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    try:
        picture = draw(chosen.name, chosen.binary)
    except Failed as failure:
        sys.exit(f"./dev pictures: {failure}")
    except ImportError as missing:
        sys.exit(f"./dev pictures: {missing}; scripts/packages.sh lists what is needed")
    chosen.picture.write_text(picture)


if __name__ == "__main__":
    main()
