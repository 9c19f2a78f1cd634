"""The alerts in deploy/prometheus and the dashboard in deploy/grafana: Prometheus' own tool finds no mistake, and they ask for nothing that
the program does not serve."""

import json
import re
import shutil
import subprocess

import pytest
import yaml  # type: ignore[import]

from harness.accounts import PASSWORD, create_user, log_in
from harness.metrics import SCRAPE_LABELS, SCRAPE_SERIES, documented, read_query, series, served, unknown_parts
from harness.places import REPOSITORY

pytestmark = pytest.mark.sequential

PROMETHEUS = REPOSITORY / "deploy" / "prometheus"
DOCUMENT = (REPOSITORY / "docs" / "operations.md").read_text()
RULES = [rule for group in yaml.safe_load((PROMETHEUS / "gatehouse.rules.yml").read_text())["groups"] for rule in group["rules"]]
ALERTS = [rule for rule in RULES if "alert" in rule]
CASES = yaml.safe_load((PROMETHEUS / "gatehouse.tests.yml").read_text())["tests"]
DASHBOARD = json.loads((REPOSITORY / "deploy" / "grafana" / "gatehouse.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
TARGETS = [(panel, target) for panel in PANELS for target in panel["targets"]]
VARIABLES = {variable["name"]: variable for variable in DASHBOARD["templating"]["list"]}

HEADERS_SINCE = (2, 55)
GRID_WIDTH = 24
# An alert on a rise misses the first event if the series only begins with that event, so these begin at zero.
WATCHED_FROM_ZERO = ['gatehouse_refreshes_total{outcome="reused"}', "gatehouse_hash_refused_total"]


def promtool(*arguments, stdin="", folder=PROMETHEUS):
    if shutil.which("promtool") is None:
        pytest.fail("promtool is not installed")
    return subprocess.run(["promtool", *arguments], input=stdin, cwd=folder, capture_output=True, text=True, check=False)


def promtool_version():
    major, minor = re.search(r"version (\d+)\.(\d+)", promtool("--version").stdout).groups()
    return int(major), int(minor)


def listed_by_variables():
    """What the variables of the dashboard list: (query, label of what it finds)."""
    queries = [variable["query"]["query"] for variable in VARIABLES.values() if variable["type"] == "query"]
    return [re.fullmatch(r"label_values\((.*), (\w+)\)", query).groups() for query in queries]


def queries_of_the_dashboard():
    """Every query, with a range in place of the variable that Grafana replaces."""
    found = [target["expr"] for _, target in TARGETS]
    found += [one["expr"] for one in DASHBOARD["annotations"]["list"]]
    found += [query for query, _ in listed_by_variables()]
    return [query.replace("$__rate_interval", "1m") for query in found]


def known_series(families):
    """What rules and dashboard can ask for: metrics, what Prometheus adds, and what the rules record."""
    known = series(families) | SCRAPE_SERIES
    recorded = {rule["record"]: frozenset(read_query(rule["expr"]).grouped) for rule in RULES if "record" in rule}
    return known | recorded


def all_queries():
    return [rule["expr"] for rule in RULES] + queries_of_the_dashboard()


def mistaken_queries(known):
    found = {query: unknown_parts(query, known) for query in all_queries()}
    return {query: parts for query, parts in found.items() if parts}


def test_rules_have_no_mistake():
    checked = promtool("check", "rules", "gatehouse.rules.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_alerts_fire_when_they_should_and_only_then():
    tested = promtool("test", "rules", "gatehouse.tests.yml")
    assert tested.returncode == 0, tested.stdout + tested.stderr


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_each_alert_is_tested_both_ways(alert):
    cases = [case["exp_alerts"] for group in CASES for case in group["alert_rule_test"] if case["alertname"] == alert["alert"]]
    assert any(cases), "none in which it fires"
    assert not all(cases), "none in which it does not"


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_each_alert_says_what_to_do(alert):
    assert alert["labels"]["severity"] in ("critical", "warning")
    assert set(alert["annotations"]) == {"summary", "description", "runbook_url"}
    name = alert["alert"]
    assert alert["annotations"]["runbook_url"] == f"docs/operations.md#{name.lower()}"
    entry = re.search(rf"^### {name}\n(.*?)(?=^##)", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert all(part in entry[1] for part in ("**What it means.**", "**Look at**", "**Do**"))
    assert f"| [{name}](#{name.lower()}) | {alert['labels']['severity']} |" in DOCUMENT


def test_example_of_prometheus_finds_the_rules():
    checked = promtool("check", "config", "prometheus.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "gatehouse.rules.yml" in checked.stdout


def test_example_with_a_key_is_right_where_prometheus_can_send_one():
    if promtool_version() >= HEADERS_SINCE:
        checked = promtool("check", "config", "--syntax-only", "prometheus-with-key.yml")
        assert checked.returncode == 0, checked.stdout + checked.stderr
    [job] = yaml.safe_load((PROMETHEUS / "prometheus-with-key.yml").read_text())["scrape_configs"]
    assert job["http_headers"] == {"X-API-Key": {"files": ["/etc/prometheus/gatehouse.key"]}}


@pytest.mark.parametrize("name", ["prometheus.yml", "prometheus-with-key.yml"])
def test_examples_use_the_job_that_the_rules_look_for(name):
    jobs = {job["job_name"] for job in yaml.safe_load((PROMETHEUS / name).read_text())["scrape_configs"]}
    asked = {job for query in all_queries() for job in re.findall(r'\bjob="([^"$]+)"', query)}
    assert jobs == asked == {"gatehouse"}


def test_queries_of_the_dashboard_are_promql(tmp_path):
    rules = [{"record": f"q{i}", "expr": query} for i, query in enumerate(dict.fromkeys(queries_of_the_dashboard()))]
    (tmp_path / "queries.yml").write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    checked = promtool("check", "rules", "queries.yml", folder=tmp_path)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_panels_do_not_overlap_and_are_told_apart():
    taken = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert place["x"] + place["w"] <= GRID_WIDTH and not taken & cells, panel["title"]
        taken |= cells
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_each_panel_says_what_it_shows_of_the_chosen_replicas(panel):
    assert panel["description"]
    assert panel["type"] == "table" or panel["fieldConfig"]["defaults"]["unit"]
    assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])
    for asked in [panel, *panel["targets"]]:
        assert asked["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    for target in panel["targets"]:
        assert all({"job", "instance"} <= labels for labels in read_query(target["expr"]).series.values()), target["expr"]
        assert {"$job", "$instance"} <= set(re.findall(r"\$\w+", target["expr"]))


def test_variables_are_defined():
    text = json.dumps(DASHBOARD)
    used = set(re.findall(r"\$\{?(\w+)", text)) - {"__rate_interval", "__all"}
    assert used == set(VARIABLES)
    assert VARIABLES["datasource"]["query"] == "prometheus"


def test_legends_name_labels_of_their_query():
    for panel, target in TARGETS:
        query = read_query(target["expr"])
        labels_of_all = set().union(*(series(documented()).get(name, ()) for name in query.series))
        left = query.grouped if "sum" in target["expr"] else labels_of_all | SCRAPE_LABELS
        assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= left, panel["title"]


def test_queries_ask_for_documented_metrics_and_labels():
    known = known_series(documented())
    assert mistaken_queries(known) == {}
    for query, label in listed_by_variables():
        [name] = read_query(query).series
        assert label in known[name] | SCRAPE_LABELS


def test_dashboard_shows_every_metric():
    shown = {name for query in queries_of_the_dashboard() for name in read_query(query).series}
    families = documented()
    hidden = [name for name in families if not any(part in shown for part in series({name: families[name]}))]
    assert hidden == []


@pytest.mark.parametrize(
    ("query", "missing"),
    [
        ('sum by (job, status) (rate(gatehouse_http_requests_total{route!~"/x{}|[y]"}[5m])) > 1e3', []),
        ("gatehouse_requests_total", ["gatehouse_requests_total"]),
        ("gatehouse_http_request_duration_seconds", ["gatehouse_http_request_duration_seconds"]),
        ('gatehouse_http_requests_total{code="200"}', ["gatehouse_http_requests_total{code}"]),
        ("sum by (policy) (gatehouse_http_requests_total)", ["by (policy)"]),
        ("sum by (le, route) (gatehouse_http_request_duration_seconds_bucket) or absent(up)", []),
        ("sum by (le) (gatehouse_http_request_duration_seconds_count)", ["by (le)"]),
    ],
)
def test_mistakes_in_queries_are_found(query, missing):
    assert unknown_parts(query, known_series(documented())) == missing


@pytest.fixture
def exposition(start):
    """/metrics of a program on PostgreSQL that has served a little of everything."""
    program = start(REDIS_URL="redis://127.0.0.1:1", REDIS_SESSION_CACHE="true", CHANGE_FEED="redis")  # where nobody listens
    with program.api() as api:
        user = create_user(api)
        login = log_in(api, user["email"])
        for session in (login["session"], "x" * 92):
            api.post("/user-auth/verify-session", {"session": session})
        api.post("/user-auth", {"email": user["email"], "password": PASSWORD + "x"})
        api.post("/user-auth/logout", {"session": login["session"]})
        assert api.get("/metrics", key=None).status == 401
        answer = api.get("/metrics")
    assert answer.status == 200
    assert answer.header("Content-Type").startswith("text/plain; version=0.0.4")
    return answer.body.decode()


postgres = pytest.mark.parametrize("kind", ["postgres"], indirect=True)


@postgres
def test_metrics_are_what_prometheus_expects(exposition):
    checked = promtool("check", "metrics", stdin=exposition)
    assert (checked.returncode, checked.stderr) == (0, "")


@postgres
def test_metrics_are_the_documented_ones(exposition):
    promised, found = documented(), served(exposition)
    assert set(found) - set(promised) == set(), "not documented"
    assert set(promised) - set(found) == set(), "not served"
    for name, metric in found.items():
        assert metric.type == promised[name].type, name
        assert metric.labels in (None, promised[name].labels), name


@postgres
def test_queries_ask_for_metrics_and_labels_that_are_served(exposition):
    known = known_series(served(exposition))
    assert mistaken_queries(known) == {}


@postgres
def test_counters_whose_first_rise_counts_begin_with_zero(exposition):
    lines = exposition.splitlines()
    assert all(f"{name} 0" in lines for name in WATCHED_FROM_ZERO)
