"""Reads /__admin/metrics of a mock that has been used with the field's own parser, where it is there, and holds the
dashboard in packaging/grafana against it: it names only metrics and labels that exist. Prints TAP.

usage: metrics_test.py, with FLOW_MOCK in the environment
"""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

try:
    from prometheus_client.openmetrics.parser import text_string_to_metric_families
except ImportError:
    text_string_to_metric_families = None

ROOT = pathlib.Path(__file__).resolve().parents[2]
DASHBOARD = ROOT / "packaging/grafana/flow-mock.json"
FAILED_RUN = "4fb0418e-1804-45d6-8d56-dd51f05c0baf"
OF_PROMETHEUS = {"instance", "job"}  # labels that it adds itself
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("FLOW_MOCK_")}


def call(url: str, method: str = "GET", body: object = None, headers: dict[str, str] | None = None) -> str:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers or {}, method=method)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.read().decode()


def used_metrics(folder: str) -> str:
    """The metrics of a mock of which each has a sample."""
    port_file = pathlib.Path(folder) / "port"
    mock = subprocess.Popen(
        [os.environ["FLOW_MOCK"], "--port", "0", "--port-file", str(port_file), "--log-level", "error"],
        env=CLEAN,
        stdout=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 60
        while not (port_file.exists() and port_file.read_text().strip()):
            assert mock.poll() is None and time.monotonic() < until, "the mock did not start"
            time.sleep(0.01)
        url = f"http://127.0.0.1:{port_file.read_text().strip()}"
        headers = {"Authorization": "Bearer t", "Content-Type": "application/json"}
        headers |= dict.fromkeys(("x-api-key", "x-gw-ims-org-id", "x-sandbox-name"), "any")
        service = f"{url}/data/foundation/flowservice"
        call(f"{service}/runs/{FAILED_RUN}/action?op=re-trigger", "POST", headers=headers)
        call(f"{service}/runs/{FAILED_RUN}")  # without any header: a violation
        return call(f"{url}/__admin/metrics")
    finally:
        mock.terminate()
        mock.wait(timeout=60)


def labels_by_sample(metrics: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in metrics.splitlines():
        if not line.startswith("#"):
            name = re.match(r"\w+", line)[0]
            found.setdefault(name, set()).update(re.findall(r'(\w+)="', line))
    return found


def expressions(dashboard: object) -> list[str]:
    if isinstance(dashboard, dict):
        return [each for key, value in dashboard.items() for each in (
            [value] if key in ("expr", "query") and isinstance(value, str) else expressions(value))]
    return [each for value in dashboard for each in expressions(value)] if isinstance(dashboard, list) else []


def faults_of(expression: str, samples: dict[str, set[str]]) -> list[str]:
    names = set(re.findall(r"flow_mock_\w+", expression))
    faults = [f"there is no {name}" for name in names - samples.keys()]
    known = set().union(*(samples.get(name, set()) for name in names)) | OF_PROMETHEUS
    used = set(re.findall(r"[{,]\s*(\w+)\s*[=!]~?", expression))
    for group in re.findall(r"\bby \(([^)]*)\)", expression):
        used |= {label.strip() for label in group.split(",")}
    return faults + [f"there is no label {label}" for label in used - known]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        metrics = used_metrics(folder)
    samples = labels_by_sample(metrics)
    dashboard = json.loads(DASHBOARD.read_text())
    number = 0

    def tell(is_good: bool, name: str, why: object = "") -> None:
        nonlocal number
        number += 1
        print(f"{'ok' if is_good else 'not ok'} {number} - {name}" + (f"\n# {why}" if not is_good else ""))

    if text_string_to_metric_families is None:
        number += 1
        print(f"ok {number} - parsed # SKIP there is no prometheus_client")
    else:
        try:
            families = list(text_string_to_metric_families(metrics))
            tell(len(families) >= 9, "the field's parser reads the metrics", [family.name for family in families])
        except ValueError as error:
            tell(False, "the field's parser reads the metrics", error)
    asked = [each for each in expressions(dashboard) if "flow_mock" in each]
    tell(len(asked) >= 10, "the dashboard asks for metrics", asked)
    for expression in asked:
        faults = faults_of(expression, samples)
        tell(not faults, f"exists: {expression}".replace("#", ""), faults)
    shown = {name for expression in asked for name in re.findall(r"flow_mock_\w+", expression)}
    families = {re.sub(r"_(total|bucket|sum|count|info)$", "", name) for name in samples}
    missing = families - {re.sub(r"_(total|bucket|sum|count|info)$", "", name) for name in shown}
    tell(not missing, "the dashboard shows every metric", missing)
    tell(faults_of("rate(flow_mock_nothing{colour=\"red\"}[1m])", samples) != [], "what does not exist is found")
    print(f"1..{number}")


if __name__ == "__main__":
    main()
