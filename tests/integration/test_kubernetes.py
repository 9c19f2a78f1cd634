"""The manifests in kubernetes/, as far as they can be checked without a cluster. `./dev manifests` compares them with Kubernetes'
schemas."""

import re

import pytest
import yaml  # type: ignore[import]

from harness.places import REPOSITORY
from harness.program import run_command

pytestmark = pytest.mark.sequential

FOLDER = REPOSITORY / "kubernetes"
MANIFESTS = {path.name: yaml.safe_load(path.read_text()) for path in sorted(FOLDER.glob("*.yaml"))}
BY_KIND = {manifest["kind"]: manifest for manifest in MANIFESTS.values()}
SETTINGS = BY_KIND["ConfigMap"]["data"]
PODS = [BY_KIND["Deployment"]["spec"]["template"], BY_KIND["Job"]["spec"]["template"]]
OPEN_EXAMPLES = ("secret.example.yaml", "migration-job.yaml", "kustomization.yaml")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("commands")
    return lambda *arguments, **settings: run_command(arguments, settings, folder).stdout


def test_variables_are_settings(run):
    known = set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]*)=", run("settings", "--env"), re.MULTILINE))
    assert set(SETTINGS) | set(BY_KIND["Secret"]["stringData"]) <= known


def expect_no_mistakes(run, settings):
    """With generated secrets, and a database that is not there."""
    secrets = dict(line.split("=", 1) for line in run("secrets", "generate").splitlines() if "=" in line)
    shown = run("doctor", **settings, **secrets, DB_PASSWORD="x", DB_QUERY_TIMEOUT="100ms")
    assert "WRONG  settings" not in shown, shown


def test_settings_have_no_mistakes(run):
    expect_no_mistakes(run, SETTINGS)


def test_probes_ask_for_what_is_served_without_a_key(run):
    [container] = BY_KIND["Deployment"]["spec"]["template"]["spec"]["containers"]
    asked = {name: container[name]["httpGet"]["path"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert asked == {"startupProbe": "/health/live", "livenessProbe": "/health/live", "readinessProbe": "/health/ready"}
    routes = run("routes").splitlines()
    assert {f"GET {path}" for path in asked.values()} <= set(routes)
    assert all(container[name]["httpGet"]["port"] == container["ports"][0]["name"] for name in asked)
    assert str(container["ports"][0]["containerPort"]) == SETTINGS["PORT"]


def test_end_has_the_time_that_it_takes(run):
    shown = run("doctor", **SETTINGS)
    taken = [int(re.search(rf"^  {name} +(\d+)s ", shown, re.MULTILINE)[1]) for name in ("SHUTDOWN_DELAY", "SHUTDOWN_TIMEOUT")]
    assert BY_KIND["Deployment"]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > sum(taken)


@pytest.mark.parametrize("pod", [pod["spec"] for pod in PODS], ids=["service", "migration"])
def test_pods_have_no_right_that_they_do_not_need(pod):
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    [container] = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"] == {"requests": {"cpu": "50m", "memory": "32Mi"}, "limits": {"memory": "256Mi"}}


@pytest.mark.parametrize("pod", [pod["spec"] for pod in PODS], ids=["service", "migration"])
def test_variables_of_a_service_called_gatehouse_do_not_reach_the_program(pod):
    """Kubernetes sets GATEHOUSE_PORT=tcp://10.0.0.1:80 then, and that takes precedence over PORT."""
    assert pod["enableServiceLinks"] is False


def test_everything_that_selects_the_pods_finds_them():
    labels = PODS[0]["metadata"]["labels"]
    chosen = [
        BY_KIND["Deployment"]["spec"]["selector"]["matchLabels"],
        BY_KIND["Service"]["spec"]["selector"],
        BY_KIND["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        BY_KIND["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"],
    ]
    assert all(labels.items() >= one.items() for one in chosen)
    assert not PODS[1]["metadata"]["labels"].items() >= BY_KIND["Service"]["spec"]["selector"].items(), "a migration serves nobody"
    assert BY_KIND["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"] == BY_KIND["Deployment"]["metadata"]["name"]


def test_kustomization_applies_everything_but_secret_and_job():
    assert set(MANIFESTS["kustomization.yaml"]["resources"]) == set(MANIFESTS) - set(OPEN_EXAMPLES)


@pytest.fixture
def sidecar():
    pod = yaml.safe_load((FOLDER / "sidecar" / "deployment.yaml").read_text())["spec"]["template"]["spec"]
    return pod, pod["initContainers"][0]


def test_sidecar_has_the_rights_and_the_time_of_the_service(sidecar):
    pod, container = sidecar
    service = PODS[0]["spec"]
    for name in ("enableServiceLinks", "automountServiceAccountToken", "terminationGracePeriodSeconds"):
        assert pod[name] == service[name]
    for name in ("image", "args", "envFrom", "resources"):
        assert container[name] == service["containers"][0][name]
    rights = {**pod["securityContext"], **container["securityContext"]}
    assert rights == {**service["securityContext"], **service["containers"][0]["securityContext"]}


def test_sidecar_is_reached_over_its_socket_and_in_no_other_way(sidecar, run):
    pod, container = sidecar
    [application] = pod["containers"]
    own = {one["name"]: one["value"] for one in container["env"]}
    assert own["PORT"] == "off" and "ports" not in container
    assert application["env"][0] == {"name": "API_URL", "value": f"unix:{own['LISTEN_UNIX']}"}
    assert application["volumeMounts"] == container["volumeMounts"]
    assert own["LISTEN_UNIX"].startswith(f"{container['volumeMounts'][0]['mountPath']}/")
    expect_no_mistakes(run, SETTINGS | own)


def test_no_secret_is_kept_here():
    assert set(BY_KIND["Secret"]["stringData"].values()) == {""}


def test_images_have_this_version(run):
    version = run("--version").split()[1]
    images = {pod["spec"]["containers"][0]["image"] for pod in PODS}
    assert images == {f"gatehouse:{version}"}
    assert MANIFESTS["kustomization.yaml"]["images"][0]["newTag"] == version
