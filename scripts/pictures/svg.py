"""What both pictures have in common: colours, fonts that every system has, and descriptions for people who cannot see them."""

import re
from xml.sax.saxutils import escape, quoteattr

MONOSPACE = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, 'DejaVu Sans', sans-serif"

# Dark, with a frame that shows on dark pages, too.
BACKGROUND, PANEL, FRAME = "#12161c", "#1a2029", "#39424e"
TEXT, SOFT, QUIET, GRID = "#e3e8ee", "#b3bdc9", "#8b96a5", "#2b333e"
COLOURS = {
    "green": "#63c08a", "blue": "#6ea8fe", "orange": "#f0a75a", "red": "#ec7078", "purple": "#b394f0", "teal": "#4fc3c7", "grey": "#9aa5b3",
}


def describe(picture: str, title: str, description: str) -> str:
    """The picture with its title and a description of what it shows."""
    begin = f'<svg role="img" aria-label={quoteattr(description)}'
    return re.sub(r"(<svg\b)([^>]*>)", rf"{begin}\2\n<title>{escape(title)}</title>", picture, count=1)
