"""Metrics as Prometheus sees them: what a program serves, what the documents promise, and what a query asks for."""

import re
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families  # type: ignore[import]

from .places import REPOSITORY

# What Prometheus itself adds: to every series, labels that say where it was scraped; and one series for each target.
SCRAPE_LABELS = frozenset({"job", "instance"})
SCRAPE_SERIES = {"up": SCRAPE_LABELS}
PARTS_OF_A_HISTOGRAM: dict[str, set[str]] = {"_bucket": {"le"}, "_sum": set(), "_count": set()}

_ROW = re.compile(r"^\| `([a-z_]+)` \| (counter|gauge|histogram) \| ((?:`\w+`(?:, )?)*) ?\| ", re.MULTILINE)
_STRING = re.compile(r'"(?:\\.|[^"\\])*"')
_RANGE = re.compile(r"\[[^\]]*\]")
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right) *\(([^)]*)\)")
_SELECTOR = re.compile(r"(?<![\w:$.])([a-zA-Z_:][\w:]*)(?![\w:]| *\()(?:\{([^}]*)\})?")
_KEYWORDS = {"and", "or", "unless", "offset", "bool"}


@dataclass(frozen=True)
class Metric:
    """One family. The labels of a histogram leave out `le`; the labels are None if the family has counted nothing yet."""

    type: str
    labels: frozenset[str] | None


def served(text: str) -> dict[str, Metric]:
    """The families of an answer in the text format 0.0.4. All series of one must have the same labels."""
    families = {}
    for family in text_string_to_metric_families(text):
        names = {frozenset(sample.labels) - {"le"} for sample in family.samples}
        assert len(names) < 2, f"{family.name} has series with different labels: {names}"
        # The parser cuts `_total` off the names of counters.
        name = family.name + ("_total" if family.type == "counter" else "")
        assert name not in families, f"{name} comes twice"
        families[name] = Metric(family.type, names.pop() if names else None)
    return families


def documented() -> dict[str, Metric]:
    """The families in the table of docs/operations.md."""
    rows = _ROW.findall((REPOSITORY / "docs" / "operations.md").read_text())
    return {name: Metric(kind, frozenset(re.findall(r"\w+", labels))) for name, kind, labels in rows}


def series(families: dict[str, Metric]) -> dict[str, frozenset[str] | None]:
    """The names that queries use for the families, with the labels of each name. A histogram has three."""
    named: dict[str, frozenset[str] | None] = {}
    for name, metric in families.items():
        if metric.type != "histogram":
            named[name] = metric.labels
            continue
        for end, more in PARTS_OF_A_HISTOGRAM.items():
            named[name + end] = None if metric.labels is None else metric.labels | more
    return named


@dataclass(frozen=True)
class Query:
    """What a PromQL query asks for: series by name, each with the labels in its braces, and the labels that it groups by."""

    series: dict[str, set[str]]
    grouped: set[str]


def read_query(text: str) -> Query:
    """Understands enough of PromQL for queries without `label_replace` and comments."""
    text = _RANGE.sub("", _STRING.sub('""', text))
    found: dict[str, set[str]] = {}
    for name, matchers in _SELECTOR.findall(_GROUPING.sub("", text)):
        if name not in _KEYWORDS:
            found.setdefault(name, set()).update(re.findall(r"(\w+) ?[=!]", matchers))
    return Query(found, {label for group in _GROUPING.findall(text) for label in re.findall(r"\w+", group)})


def unknown_parts(text: str, known: dict[str, frozenset[str] | None]) -> list[str]:
    """What a query asks for and never gets: series that nobody makes, labels that a series does not have. Empty if all is well. If the
    labels of a series are not known, any label may be right."""
    query = read_query(text)
    missing = [name for name in query.series if name not in known]
    labels = {name: known[name] for name in query.series if known.get(name) is not None}
    for name, has in labels.items():
        missing += [f"{name}{{{label}}}" for label in sorted(query.series[name] - has - SCRAPE_LABELS)]
    if len(labels) == len(query.series):
        missing += [f"by ({label})" for label in sorted(query.grouped - SCRAPE_LABELS.union(*labels.values()))]
    return missing


def samples(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every value of an answer, by its name and labels."""
    families = text_string_to_metric_families(text)
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}
