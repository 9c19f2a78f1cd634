"""Draws panels with lines as SVG."""

import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator

from .queries import Panel
from .svg import BACKGROUND, COLOURS, FRAME, GRID, PANEL, QUIET, SANS, SOFT, TEXT

COLUMNS = 3
WIDTH, CARD_HEIGHT, MARGIN, GAP = 960.0, 238.0, 12.0, 10.0
# Within a card.
PLOT_LEFT, PLOT_RIGHT, PLOT_TOP, PLOT_BOTTOM = 56.0, 14.0, 52.0, 36.0
INDENT, TITLE_DOWN, ROW_DOWN, LEGEND_UP = 14.0, 22.0, 37.0, 12.0
TITLE_SIZE, SIZE = 13.0, 10.5
CHARACTER_WIDTH = 0.58 * SIZE  # on average, in most fonts
LEGEND_ROW, LEGEND_DASH, LEGEND_GAP = 15.0, 10.0, 13.0
LINES_MAX = 6
TIME_TICK_S = 30
POINTS_PER_INCH = 72.0  # one point is one pixel of the picture
RATES = {"reqps": "per second", "ops": "per second"}  # units that are not written with each value
SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "gatehouse",
    "font.family": "sans-serif",
    "axes.facecolor": PANEL,
    "text.color": TEXT,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "grid.color": GRID,
}


@dataclass
class Line:
    name: str
    points: list[tuple[float, float]]  # seconds since the beginning, value

    def mean(self) -> float:
        return sum(value for _, value in self.points) / max(len(self.points), 1)


class Page:
    """The whole picture: places in pixels from its upper left corner."""

    def __init__(self, cards: int):
        rows = -(-cards // COLUMNS)
        self.height = 2 * MARGIN + rows * CARD_HEIGHT + (rows - 1) * GAP
        self.figure = Figure(figsize=(WIDTH / POINTS_PER_INCH, self.height / POINTS_PER_INCH), dpi=POINTS_PER_INCH)
        self.card_width = (WIDTH - 2 * MARGIN - (COLUMNS - 1) * GAP) / COLUMNS

    def card(self, number: int) -> tuple[float, float]:
        row, column = divmod(number, COLUMNS)
        return MARGIN + column * (self.card_width + GAP), MARGIN + row * (CARD_HEIGHT + GAP)

    def rectangle(self, left: float, top: float, width: float, height: float, colour: str, frame="none"):
        corner = (left / WIDTH, 1 - (top + height) / self.height)
        size = (width / WIDTH, height / self.height)
        look = {"facecolor": colour, "edgecolor": frame, "linewidth": 0.8, "zorder": -1}
        self.figure.add_artist(Rectangle(corner, *size, transform=self.figure.transFigure, **look))

    def text(self, left: float, down: float, text: str, size: float, colour: str, **more):
        return self.figure.text(left / WIDTH, 1 - down / self.height, text, size=size, color=colour, va="baseline", **more)

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        return self.figure.add_axes((left / WIDTH, 1 - (top + height) / self.height, width / WIDTH, height / self.height))


def shorten(number: float) -> str:
    return f"{number:,.3g}" if number < 1000 else f"{number:,.0f}"


def with_unit(unit: str, value: float) -> str:
    """A value of this unit as Grafana writes it."""
    if value == 0:
        return "0"
    if unit == "s":
        return f"{shorten(value)} s" if value >= 1 else f"{shorten(value * 1000)} ms"
    if unit == "bytes":
        return f"{shorten(value / 2**20)} MiB"
    if unit == "percentunit":
        return f"{shorten(value * 100)} %"
    return shorten(value)


def lighter(colour: str) -> str:
    return to_hex([(part + 1.2) / 2.2 for part in to_rgb(colour)])


def choose_colours(panel: Panel, lines: list[Line]) -> list[str]:
    """The dashboard's own colour if it has one, lighter if an earlier line has it; otherwise the next of ours."""
    own = [COLOURS.get(panel.colour_of(line.name) or "", "") for line in lines]
    free = itertools.cycle([colour for colour in COLOURS.values() if colour not in own])
    chosen: list[str] = []
    for colour in own:
        chosen.append((lighter(colour) if colour in chosen else colour) or next(free))
    return chosen


def draw_lines(axes: Axes, panel: Panel, lines: list[Line], colours: list[str]):
    if panel.is_stacked:
        moments = sorted({moment for line in lines for moment, _ in line.points})
        values = [[dict(line.points).get(moment, 0.0) for moment in moments] for line in lines]
        axes.stackplot(moments, *values, colors=colours, alpha=0.35, linewidth=0)
        for below, colour in enumerate(colours, 1):
            axes.plot(moments, [sum(column) for column in zip(*values[:below])], color=colour, linewidth=1.3)
        return
    for line, colour in zip(lines, colours):
        axes.plot(*zip(*line.points), color=colour, linewidth=1.3)


def ticks(unit: str, top: float) -> list[float]:
    """A few round numbers from 0 to the highest value."""
    scale = 2.0**20 if unit == "bytes" else 1.0
    return [tick * scale for tick in MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]).tick_values(0, top / scale) if tick * scale <= top]


def set_axes(axes: Axes, panel: Panel, end: float):
    axes.set_xlim(0, end)
    axes.set_ylim(bottom=0)
    axes.grid(axis="y", linewidth=0.7)
    axes.tick_params(length=0, labelsize=SIZE)
    axes.tick_params(axis="x", pad=6)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_yticks(ticks(panel.unit, axes.get_ylim()[1]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: with_unit(panel.unit, value)))
    axes.xaxis.set_major_locator(MultipleLocator(TIME_TICK_S))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{int(value) // 60}:{int(value) % 60:02}"))


def legend_rows(page: Page, lines: list[Line]) -> list[list[Line]]:
    """The lines in reading order, as many in a row as there is room for."""
    rows: list[list[Line]] = [[]]
    left = room = page.card_width - 2 * INDENT
    for line in lines:
        width = legend_width(line)
        if width > left and rows[-1]:
            rows.append([])
            left = room
        rows[-1].append(line)
        left -= width
    return rows


def legend_width(line: Line) -> float:
    return LEGEND_DASH + 5 + len(line.name) * CHARACTER_WIDTH + LEGEND_GAP


def draw_legend(page: Page, left: float, bottom: float, rows: list[list[Line]], colours: Iterator[str]):
    for number, row in enumerate(rows):
        x, y = left + INDENT, bottom - LEGEND_UP - (len(rows) - 1 - number) * LEGEND_ROW
        for line in row:
            page.rectangle(x, y - 4.5, LEGEND_DASH, 2, next(colours))
            page.text(x + LEGEND_DASH + 5, y, line.name, SIZE, SOFT)
            x += legend_width(line)


def choose_lines(panel: Panel, lines: list[Line]) -> list[Line]:
    """The highest lines, without those that are always 0. In Prometheus' order or, if they are stacked, with the highest at the bottom."""
    highest = sorted(lines, key=Line.mean, reverse=True)[:LINES_MAX]
    return [line for line in (highest if panel.is_stacked else lines) if line in highest and line.mean() > 0]


def draw_panel(page: Page, number: int, panel: Panel, lines: list[Line], end: float):
    left, top = page.card(number)
    page.rectangle(left, top, page.card_width, CARD_HEIGHT, PANEL, FRAME)
    page.text(left + INDENT, top + TITLE_DOWN, panel.title, TITLE_SIZE, TEXT, weight="bold", gid=f"panel-{number + 1}")
    page.text(left + INDENT, top + ROW_DOWN, ", ".join(word for word in (panel.row, RATES.get(panel.unit)) if word), SIZE, QUIET)
    shown = choose_lines(panel, lines)
    colours, legend = choose_colours(panel, shown), legend_rows(page, shown)
    height = CARD_HEIGHT - PLOT_TOP - PLOT_BOTTOM - len(legend) * LEGEND_ROW
    axes = page.axes(left + PLOT_LEFT, top + PLOT_TOP, page.card_width - PLOT_LEFT - PLOT_RIGHT, height)
    draw_lines(axes, panel, shown, colours)
    set_axes(axes, panel, end)
    draw_legend(page, left, top + CARD_HEIGHT, legend, iter(colours))


def svg_of(page: Page) -> str:
    """The SVG without anything that names outside places or differs from run to run, and in fonts that every system has."""
    written = io.StringIO()
    page.figure.savefig(written, format="svg", facecolor="none", metadata={"Date": None})
    picture = re.sub(r"^.*?(?=<svg\b)|<metadata>.*?</metadata>\s*", "", written.getvalue(), flags=re.DOTALL)
    picture = re.sub(r'(<svg\b[^>]*?) (?:width|height)="[^"]*"([^>]*?) (?:width|height)="[^"]*"', r"\1\2", picture, count=1)
    page_itself = f'<rect width="{WIDTH:g}" height="{page.height:g}" rx="8" fill="{BACKGROUND}"/>'
    picture = picture.replace("</defs>", f"</defs>\n {page_itself}", 1)
    picture = re.sub(r"(\d\.\d\d)\d+", r"\1", picture)
    return re.sub(r"(font: [^;\"]*?px) [^;\"]*", rf"\1 {SANS}", picture)


def draw_panels(measured: list[tuple[Panel, list[Line]]]) -> str:
    end = max(moment for _, lines in measured for line in lines for moment, _ in line.points)
    with rc_context(SETTINGS):
        page = Page(len(measured))
        for number, (panel, lines) in enumerate(measured):
            draw_panel(page, number, panel, lines, end)
        return svg_of(page)
