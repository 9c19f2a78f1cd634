"""Two replicas of Gatehouse on PostgreSQL, and a Prometheus that watches them."""

import http.client
import json
import os
import shutil
import urllib.parse
from pathlib import Path

import yaml  # type: ignore[import]
from cluster.parts import PATH, Failed, Part, free_ports, make_folder, remove_folder, wait_until
from cluster.settings import Secrets

from .queries import SCRAPE_S, STEP_S, VARIABLES

ROOT = Path(__file__).resolve().parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
REPLICAS = 2
START_MAX_S = 60
ASK_MAX_S = 30


def get(port: int, path: str) -> tuple[int, bytes]:
    """Status and body; status 0 if nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ASK_MAX_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


class Service:
    """Started by start(), and gone after stop()."""

    def __init__(self, binary: Path):
        self.keys = Secrets()
        self._prometheus_port, *ports = free_ports(1 + 2 * REPLICAS)
        self.ports, self._metrics_ports = ports[:REPLICAS], ports[REPLICAS:]
        self._database = os.environ["GATEHOUSE_TEST_POSTGRES"]
        self._folder = make_folder()
        shutil.copy(binary, self._folder / "gatehouse")  # where the unprivileged user may read it
        self._replicas = [self._make_replica(number) for number in range(REPLICAS)]
        self._prometheus = self._make_prometheus()

    def _make_replica(self, number: int) -> Part:
        environment = {
            "PORT": str(self.ports[number]),
            "METRICS_PORT": str(self._metrics_ports[number]),
            "DATABASE_URL": self._database,
            "API_KEY": self.keys.api_key,
            "JWT_SECRET": self.keys.jwt,
            "SESSION_SECRET": self.keys.session,
            "SHUTDOWN_DELAY": "0s",
        }
        return Part(f"gatehouse-{number + 1}", self._folder, [str(self._folder / "gatehouse"), "serve"], environment)

    def _make_prometheus(self) -> Part:
        """Uses the configuration in deploy/, except for other addresses and a shorter interval."""
        program = shutil.which("prometheus", path=PATH)
        if program is None:
            raise Failed("prometheus is not installed")
        settings = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
        settings["global"] = {"scrape_interval": f"{SCRAPE_S}s", "evaluation_interval": f"{SCRAPE_S}s"}
        [job] = settings["scrape_configs"]
        job["static_configs"] = [
            {"targets": [f"127.0.0.1:{port}"], "labels": {"instance": f"replica {number}"}}
            for number, port in enumerate(self._metrics_ports, 1)
        ]
        (self._folder / "prometheus.yml").write_text(yaml.safe_dump(settings))
        for name in settings["rule_files"]:
            (self._folder / name).write_text((PROMETHEUS / name).read_text())
        return Part("prometheus", self._folder, [
            program, "--config.file=prometheus.yml", f"--storage.tsdb.path={self._folder}/prometheus",
            f"--web.listen-address=127.0.0.1:{self._prometheus_port}",
        ])

    def _parts(self) -> list[Part]:
        return [*self._replicas, self._prometheus]

    def start(self):
        for part in self._parts():
            part.start()
        for port in self.ports:
            self._wait(lambda port=port: get(port, "/health/ready")[0] == 200, "a ready replica")
        self._wait(self.is_watched, "Prometheus' first figures")

    def _wait(self, condition, what: str):
        def holds():
            for part in self._parts():
                part.check()
            return condition()

        wait_until(holds, START_MAX_S, what)

    def is_watched(self) -> bool:
        """Whether Prometheus has read the metrics of each replica."""
        query = urllib.parse.urlencode({"query": f'up{{job="{VARIABLES["job"]}"}} == 1'})
        status, body = get(self._prometheus_port, f"/api/v1/query?{query}")
        return status == 200 and len(json.loads(body)["data"]["result"]) == REPLICAS

    def ask(self, query: str, begin: float, end: float) -> list[dict]:
        """What Prometheus has for each step between two times: series with labels and values."""
        asked = urllib.parse.urlencode({"query": query, "start": begin, "end": end, "step": STEP_S})
        status, body = get(self._prometheus_port, f"/api/v1/query_range?{asked}")
        if status != 200:
            raise Failed(f"Prometheus does not answer {query}: {status} {body.decode()}")
        return json.loads(body)["data"]["result"]

    def stop(self):
        for part in reversed(self._parts()):
            part.stop()
        remove_folder(self._folder)
