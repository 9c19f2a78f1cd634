"""The picture of the dashboard: some of its panels, drawn from what Prometheus answers to their own queries."""

import json
import time
from pathlib import Path

from cluster.parts import Failed

from .charts import Line, draw_panels
from .crowd import SECONDS, Crowd
from .queries import STEP_S, Panel, panels_of
from .service import Service
from .svg import describe

ROOT = Path(__file__).resolve().parents[2]
DASHBOARD = ROOT / "deploy" / "grafana" / "gatehouse.json"
# The panels that show something after a minute and a half; some titles occur in several rows.
SHOWN = (
    ("Requests", "Requests by status"),
    ("Requests", "Duration by route, p99"),
    ("Logins and abuse", "Logins by outcome"),
    ("Hashing", "Wait"),
    ("Sessions", "Cached sessions"),
    ("Sessions", "From a revocation to its arrival"),
    ("Database", "Most frequent statements"),
    ("Process", "Processor"),
    ("Process", "Memory"),
)
TITLE = "Gatehouse's dashboard"


def shown_panels() -> list[Panel]:
    panels = {(panel.row, panel.title): panel for panel in panels_of(json.loads(DASHBOARD.read_text()))}
    missing = [place for place in SHOWN if place not in panels]
    if missing:
        raise Failed(f"{DASHBOARD.name} has no panel {missing[0]}")
    return [panels[place] for place in SHOWN]


def lines_of(service: Service, panel: Panel, begin: float, end: float) -> list[Line]:
    """Prometheus leaves out moments without a value, and writes NaN for what is not a number."""
    found = []
    for target in panel.targets:
        for series in service.ask(target.query, begin, end):
            points = [(float(moment) - begin, float(value)) for moment, value in series["values"]]
            found.append(Line(target.name_of(series["metric"]), [point for point in points if point[1] == point[1]]))
    return found


def measure(service: Service) -> list[tuple[Panel, list[Line]]]:
    service.start()
    crowd = Crowd(service.ports, service.keys.api_key)
    crowd.register()
    begin = time.time()
    crowd.run()
    if crowd.failures:
        raise Failed(f"{len(crowd.failures)} requests went wrong, the first was {crowd.failures[0]}")
    end = begin + (time.time() - begin) // STEP_S * STEP_S
    return [(panel, lines_of(service, panel, begin, end)) for panel in shown_panels()]


def draw(binary: Path) -> str:
    service = Service(binary)
    try:
        measured = measure(service)
    finally:
        service.stop()
    empty = [panel.title for panel, lines in measured if not any(line.points for line in lines)]
    if empty:
        raise Failed(f"Prometheus has nothing for {', '.join(empty)}")
    titles = "; ".join(panel.title for panel, _ in measured)
    words = f"{len(measured)} panels of Gatehouse's dashboard as charts over {SECONDS} seconds: {titles}."
    return describe(draw_panels(measured), TITLE, words)
