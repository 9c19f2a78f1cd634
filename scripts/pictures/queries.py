"""The dashboard's panels as its JSON describes them, and its queries as Prometheus accepts them."""

import re
from dataclasses import dataclass

SCRAPE_S = 1
STEP_S = 1
# What Grafana fills in: one job, "All" for the replicas and routes, and the longer of two ranges.
VARIABLES = {
    "job": "gatehouse",
    "instance": ".*",
    "route": ".*",
    "__rate_interval": f"{max(STEP_S + SCRAPE_S, 4 * SCRAPE_S)}s",
}


@dataclass(frozen=True)
class Target:
    query: str
    legend: str  # with {{label}} in place of a label's value

    def name_of(self, labels: dict[str, str]) -> str:
        return re.sub(r"\{\{(\w+)\}\}", lambda found: labels.get(found[1], ""), self.legend)


@dataclass(frozen=True)
class Panel:
    row: str
    title: str
    unit: str  # as Grafana calls it
    is_stacked: bool
    colours: tuple[tuple[str, str], ...]  # which lines (a regular expression) have their own colour
    targets: tuple[Target, ...]

    def colour_of(self, line: str) -> str | None:
        return next((colour for pattern, colour in self.colours if re.fullmatch(pattern, line)), None)


def fill_in(query: str) -> str:
    """The query with values for its variables; KeyError if one is not known."""
    return re.sub(r"\$\{?(\w+)\}?", lambda found: VARIABLES[found[1]], query)


def _colours(panel: dict) -> tuple[tuple[str, str], ...]:
    found = []
    for override in panel["fieldConfig"]["overrides"]:
        for given in override["properties"]:
            if given["id"] == "color":
                found.append((override["matcher"]["options"], given["value"]["fixedColor"]))
    return tuple(found)


def _panel(row: str, panel: dict) -> Panel:
    defaults = panel["fieldConfig"]["defaults"]
    stacking = defaults.get("custom", {}).get("stacking", {}).get("mode", "none")
    targets = tuple(Target(fill_in(target["expr"]), target["legendFormat"]) for target in panel["targets"])
    return Panel(row, panel["title"], defaults.get("unit", ""), stacking == "normal", _colours(panel), targets)


def panels_of(dashboard: dict) -> list[Panel]:
    """Every panel; Grafana lists each row before its panels."""
    found, row = [], ""
    for panel in dashboard["panels"]:
        if panel["type"] == "row":
            row = panel["title"]
        else:
            found.append(_panel(row, panel))
    return found
