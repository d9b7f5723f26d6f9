"""Runs the recipes of packaging/ for CI and servers as their systems do: the actions, compose.yaml, gitlab-ci.yml and
flow-mock.service. Prints TAP. Needs PyYAML, curl and bash; what has none of its tools is skipped.

usage: packaging_test.py VERSION SANITIZERS, with FLOW_MOCK and FLOWCTL in the environment

No Docker, GitLab or systemd runs here: a script stands for docker, and commands of the recipes are run by a shell.
"""
import contextlib
import importlib.util
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

try:
    import yaml
except ImportError:
    yaml = None

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
FAILED_RUN = "4fb0418e-1804-45d6-8d56-dd51f05c0baf"
TIMEOUT_S = 60
# Nothing of the shell that starts the test decides it.
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("FLOW_", "GITHUB_", "RUNNER_"))}
CLEAN["HOME"] = "/nonexistent"  # where flowctl and curl would find settings
CHECKS = []




def check(needs: tuple[str, ...] = (), needs_yaml: bool = True):
    def register(function):
        CHECKS.append((function, needs, needs_yaml))
        return function

    return register


def call(url: str, method: str = "GET", body: object = None, headers: dict[str, str] | None = None) -> tuple[int, dict]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers or {}, method=method)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=TIMEOUT_S) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def violate(url: str, run: str = FAILED_RUN) -> None:
    call(f"{url}/data/foundation/flowservice/runs/{run}")  # without any header


def retry(url: str, body: object = None) -> int:
    names = ("x-api-key", "x-gw-ims-org-id", "x-sandbox-name")
    headers = {"Authorization": "Bearer t", "Content-Type": "application/json", **dict.fromkeys(names, "any")}
    return call(f"{url}/data/foundation/flowservice/runs/{FAILED_RUN}/action?op=re-trigger", "POST", body, headers)[0]


def set_up_a_fault(url: str) -> None:
    sandbox = f"{url}/__admin/sandboxes/org/dev"
    assert call(f"{sandbox}/faults", "POST", {"type": "status", "attributes": {"status": 503}, "times": 2})[0] == 201


def program(path: pathlib.Path, text: str) -> None:
    path.write_text("#!/bin/bash\n" + text)
    path.chmod(0o755)


@contextlib.contextmanager
def mock(arguments: list[str], environment: dict[str, str]):
    """A flow-mock that is started with these, but on a free port; its URL and its process."""
    with tempfile.TemporaryDirectory() as folder:
        port = pathlib.Path(folder) / "port"
        settings = CLEAN | environment | {"FLOW_MOCK_PORT": "0", "FLOW_MOCK_PORT_FILE": str(port)}
        process = subprocess.Popen(
            arguments,
            env=settings,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            until = time.monotonic() + TIMEOUT_S
            while not (port.exists() and port.read_text()):
                assert process.poll() is None, f"flow-mock ended with exit code {process.returncode}"
                assert time.monotonic() < until, "flow-mock is not ready"
                time.sleep(0.02)
            yield f"http://127.0.0.1:{port.read_text().strip()}", process
        finally:
            process.kill()
            process.wait()


class Job:
    """A job of GitHub Actions: the files of a runner, and the environment of its next step."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.workspace = folder / "workspace"
        self.bin = folder / "bin"
        self.state = folder / "temp" / "flow-mock"
        self.environment = CLEAN | {"RUNNER_TEMP": str(folder / "temp"), "PATH": f"{self.bin}:{os.environ['PATH']}"}
        for part in (self.workspace, self.bin, folder / "temp"):
            part.mkdir()
        (self.bin / "flow-mock").symlink_to(os.environ["FLOW_MOCK"])
        for name in ("GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
            (folder / name).touch()
            self.environment[name] = str(folder / name)

    def shell(self, script: str, environment: dict[str, str]) -> subprocess.CompletedProcess:
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            env=self.environment | environment,
            cwd=self.workspace,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,  # also if a process keeps the step's output open
        )
        for line in self.said("GITHUB_ENV").splitlines():
            name, value = line.split("=", 1)
            self.environment[name] = value
        return done

    def said(self, name: str) -> str:
        return (self.folder / name).read_text()

    def uses(self, action: str, inputs: dict[str, str]) -> subprocess.CompletedProcess:
        folder = PACKAGING / action
        definition = yaml.safe_load((folder / "action.yml").read_text())
        values = {name: entry["default"] for name, entry in definition["inputs"].items()}
        assert inputs.keys() <= values.keys(), f"{action} has no such inputs: {inputs}"
        values |= inputs
        (step,) = definition["runs"]["steps"]
        assert (definition["runs"]["using"], step["shell"]) == ("composite", "bash")
        for name, output in definition.get("outputs", {}).items():
            assert output["value"] == f"${{{{ steps.{step['id']}.outputs.{name} }}}}", output
        assert "${{" not in step["run"], "an expression in a script is an injection"
        expression = re.compile(r"\$\{\{ inputs\.([\w-]+) \}\}")
        environment = {
            name: expression.sub(lambda found: values[found[1]], text) for name, text in step["env"].items()
        }
        assert "${{" not in str(environment), environment
        return self.shell(step["run"], environment | {"GITHUB_ACTION_PATH": str(folder)})

    def start(self, **inputs: str) -> str:
        done = self.uses("action", inputs)
        assert done.returncode == 0, done.stdout + done.stderr
        return self.environment["FLOW_BASE_URL"]

    def report(self, fail_on: str | None = None) -> subprocess.CompletedProcess:
        return self.uses("action/report", {"fail-on": fail_on} if fail_on else {})

    def stop(self) -> None:
        """Ends what a failed check has left running."""
        with contextlib.suppress(OSError, ValueError):
            os.kill(int((self.state / "pid").read_text()), signal.SIGKILL)
            self.await_exit_code()

    def await_exit_code(self) -> None:
        """Until start.sh's shell in the background has written it, which is the last that it does."""
        ended = self.state / "exit-code"
        until = time.monotonic() + TIMEOUT_S
        while not (ended.exists() and ended.read_text()) and time.monotonic() < until:
            time.sleep(0.02)


@contextlib.contextmanager
def job():
    with tempfile.TemporaryDirectory() as folder:
        it = Job(pathlib.Path(folder))
        try:
            yield it
        finally:
            it.stop()


def annotations(text: str, level: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(f"::{level} ")]


def ends(process_id: int) -> bool:
    """Whether this process, which is not ours to wait for, ends soon."""
    until = time.monotonic() + TIMEOUT_S
    while time.monotonic() < until:
        try:
            state = pathlib.Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


@check(needs=("bash", "curl"))
def the_action_starts_the_mock_with_its_inputs_and_exports_its_url():
    with job() as it:
        seed = {"flows": [{"id": "f"}], "runs": [{"id": "r", "flowId": "f", "state": "failed"}]}
        (it.workspace / "seed file.json").write_text(json.dumps(seed))
        it.environment["FLOW_MOCK_JOURNAL_SIZE"] = "7"
        before = set(it.environment)
        url = it.start(seed="seed file.json", options="--run-duration 100\n  --deterministic 5")
        settings = call(f"{url}/__admin/settings")[1]
        wanted = (1, 100, 5, 7)
        got = (settings["seed"]["runs"], settings["defaults"]["durationMs"])
        got += (settings["deterministic"], settings["journalSize"])
        assert got == wanted, settings
        assert set(it.environment) - before == {"FLOW_BASE_URL"}, "a variable of an option would reach every flow-mock"
        assert it.said("GITHUB_OUTPUT") == f"base-url={url}\n"
        process_id = int((it.state / "pid").read_text())
        assert it.report().returncode == 0
        assert ends(process_id), "report leaves the mock running"


@check(needs=("bash", "curl"))
def the_mocks_of_two_jobs_on_a_machine_have_ports_of_their_own():
    with job() as one, job() as other:
        assert one.start() != other.start()
        assert one.report().returncode == other.report().returncode == 0


@check(needs=("bash", "curl"))
def a_port_among_the_options_comes_first():
    with mock([os.environ["FLOW_MOCK"]], {}) as (url, _), job() as it:
        taken = url.rsplit(":", 1)[1]
        done = it.uses("action", {"options": f"--port {taken}"})
        assert done.returncode == 1 and taken in "".join(annotations(done.stdout, "error")), done.stdout + done.stderr


@check(needs=("bash",))
def options_that_the_action_needs_itself_are_refused_in_words():
    with job() as it:
        for option in ("--admin-token T", "--host=::1", "--port-file p"):
            done = it.uses("action", {"options": option})
            name = option.replace("=", " ").split()[0]
            assert done.returncode == 1 and f"::error title=flow-mock::{name} cannot be one of the options" in done.stdout


@check(needs=("bash", "curl"))
def a_mock_that_does_not_start_fails_the_step_with_its_message():
    with job() as it:
        done = it.uses("action", {"options": "--seed 100%.json"})
        (message,) = annotations(done.stdout, "error")
        assert done.returncode == 1 and "100%25.json" in message, done.stdout
        assert not it.state.exists() and it.said("GITHUB_ENV") == ""
        done = it.report()
        assert done.returncode == 1 and len(annotations(done.stdout, "error")) == 1, done.stdout


@check(needs=("bash", "curl"))
def the_report_fails_on_what_it_is_told_to():
    rows = [  # what is wrong, fail-on, then what is wanted: exit code, errors, warnings
        ("", None, 0, 0, 0),
        ("violation", None, 1, 1, 0),
        ("fault", None, 1, 1, 0),
        ("violation fault", "both", 1, 2, 0),
        ("violation fault", "violations", 1, 1, 1),
        ("violation fault", "unused", 1, 1, 1),
        ("violation fault", "none", 0, 0, 2),
        ("fault", "violations", 0, 0, 1),
        ("violation", "unused", 0, 0, 1),
        ("", "everything", 2, 1, 0),
    ]
    for wrong, fail_on, *wanted in rows:
        with job() as it:
            url = it.start(options="--fail-on-violation --fail-on-unused")
            if "fault" in wrong:
                set_up_a_fault(url)
            if "violation" in wrong:
                violate(url)
            done = it.report(fail_on)
            got = [done.returncode, len(annotations(done.stdout, "error")), len(annotations(done.stdout, "warning"))]
            row = f"{wrong or 'nothing'} wrong, fail-on {fail_on}: {got}, not {wanted}"
            assert got == wanted, f"{row}\n{done.stdout}{done.stderr}"


@check(needs=("bash", "curl"))
def assumed_rules_fail_the_job_where_the_options_ask_for_it():
    with job() as it:
        url = it.start(options="--fail-on-assumed")
        assert retry(url, {}) == 200
        done = it.report()
        (message,) = annotations(done.stdout, "error")
        assert done.returncode == 1 and "--fail-on-assumed" in message, done.stdout
        assert "retry/body/json, 1 times" in done.stdout, done.stdout


@check(needs=("bash", "curl"))
def annotations_and_the_summary_name_what_is_wrong():
    with job() as it:
        url = it.start()
        violate(url, "a%0Ab|c")
        violate(url, "a%0Ab|c")
        set_up_a_fault(url)
        done = it.report()
        violation, fault = annotations(done.stdout, "error")
        assert "title=Violation of headers/authorization/missing::GET " in violation, violation
        assert violation.endswith("%0A2 times"), violation
        assert "header Authorization: Send Authorization" in violation and "a%250Ab" in violation, violation
        wanted = "::error title=Set up and not used::fault f1, status in org/dev: met 0 times, 2 more expected"
        assert fault == wanted, fault
        summary = it.said("GITHUB_STEP_SUMMARY")
        assert "Violations of the contract: 2. Set up and not used: 1." in summary
        rows = [line for line in summary.splitlines() if line.startswith("|")]
        assert [row.count("|") for row in rows] == [6, 6, 6, 4, 4, 4], summary
        assert "a&#37;0Ab&#124;c" in rows[2] and "fault f1" in rows[5], summary
        # The log of the mock is shown, and nothing in it is a command.
        log = re.search(r"::group::.*\n::stop-commands::(\S+)\n((?:.*\n)*)::\1::\n::endgroup::", done.stdout)
        assert log and "level=info method=GET" in log[2], done.stdout


@check(needs_yaml=False)
def texts_of_annotations_and_tables_are_escaped():
    spec = importlib.util.spec_from_file_location("report", PACKAGING / "action" / "report.py")
    report = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(report)
    with tempfile.TemporaryFile("w+") as out, contextlib.redirect_stdout(out):
        report.annotate("error", "a:b,c\n", "50%\r\n::error::x")
        out.seek(0)
        assert out.read() == "::error title=a%3Ab%2Cc%0A::50%25%0D%0A::error::x\n"
    assert report.cell("a|b\n<img> *c*_d_") == "a&#124;b &#60;img&#62; &#42;c&#42;&#95;d&#95;"
    assert "\n1 more are left out." in report.table(["a"], [["x"]] * 201)


@check(needs=("bash", "curl"))
def a_mock_that_has_ended_before_the_report_is_an_error():
    with job() as it:
        it.start()
        process_id = int((it.state / "pid").read_text())
        os.kill(process_id, signal.SIGKILL)
        it.await_exit_code()
        done = it.report("none")
        assert done.returncode == 1 and "exit code: 137" in annotations(done.stdout, "error")[-1], done.stdout


@check(needs=("bash", "curl"))
def an_image_is_started_with_the_same_options_on_the_hosts_loopback_address():
    with job() as it:
        # docker run [OPTIONS] IMAGE [ARGUMENTS], without a container: only the variables that --env names.
        program(
            it.bin / "docker",
            r"""[[ $1 == run ]] || exit 0
shift
given=()
while [[ $1 == -* ]]; do
  case $1 in
    --rm) shift; continue ;;
    --network) [[ $2 == host ]] || exit 125 ;;
    --env) given+=("$2=${!2}") ;;
    --workdir) cd "$2" ;;
    --user | --volume) ;;
    --entrypoint) entrypoint=$2 ;;
    *) exit 125 ;;
  esac
  shift 2
done
[[ $1 == flow-service-mock:test ]] || exit 125
shift
exec env -i PATH="$PATH" "${given[@]}" "$entrypoint" "$@"
""",
        )
        it.environment["FLOW_MOCK_RUN_DURATION"] = "250"
        url = it.start(image="flow-service-mock:test", options="--deterministic 5")
        settings = call(f"{url}/__admin/settings")[1]
        assert (settings["defaults"]["durationMs"], settings["deterministic"]) == (250, 5), settings
        assert it.report().returncode == 0


@check(needs=("bash", "curl"))
def the_workflow_in_the_documentation_runs():
    blocks = re.findall(r"^```yaml\n(.*?)^```", (ROOT / "docs" / "ci.md").read_text(), re.MULTILINE | re.DOTALL)
    steps = yaml.safe_load(blocks[0])["jobs"]["test"]["steps"]
    with job() as it:
        program(it.workspace / "run-tests", f'curl -sf "$FLOW_BASE_URL/__admin/health/ready" >{it.folder}/ready\n')
        used = []
        for step in steps:
            if "run" in step:
                done = it.shell(step["run"], {})
            elif "/packaging/" in step["uses"]:
                action = step["uses"].split("/packaging/")[1].split("@")[0]
                used.append((action, step.get("if")))
                inputs = step.get("with", {})
                if action == "action":
                    inputs = {name: value for name, value in inputs.items() if name not in ("seed", "image")}
                done = it.uses(action, inputs)
            assert done.returncode == 0, f"{step}: {done.stdout}{done.stderr}"
        assert used == [("action", None), ("action/report", "always()")], used
        assert (it.folder / "ready").exists()


@check(needs=("bash",))
def the_compose_file_names_this_version_and_the_service_waits_for_health():
    services = yaml.safe_load((PACKAGING / "compose.yaml").read_text())["services"]
    assert services["flow-mock"]["image"] == f"flow-service-mock:{sys.argv[1]}", services
    assert services["tests"]["depends_on"] == {"flow-mock": {"condition": "service_healthy"}}
    for service in services.values():  # Compose takes no booleans
        assert all(isinstance(value, str) for value in service["environment"].values()), service["environment"]


@check(needs=("bash",))
def the_compose_files_mock_becomes_healthy_and_its_client_reaches_it():
    services = yaml.safe_load((PACKAGING / "compose.yaml").read_text())["services"]

    def run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess:
        assert command[0] == "flowctl", command
        command = [os.environ["FLOWCTL"], *command[1:]]
        return subprocess.run(command, env=CLEAN | environment, capture_output=True, text=True, timeout=TIMEOUT_S)

    # As the image is started, on all addresses.
    with mock([os.environ["FLOW_MOCK"], "--host", "0.0.0.0"], services["flow-mock"]["environment"]) as (url, process):
        health = services["flow-mock"]["healthcheck"]["test"]
        assert health[0] == "CMD", health
        # FLOW_BASE_URL of the image is that of its mock.
        done = run(health[1:], services["flow-mock"]["environment"] | {"FLOW_BASE_URL": url})
        assert done.returncode == 0, done.stderr

        environment = services["tests"]["environment"]
        assert environment["FLOW_BASE_URL"] == "http://flow-mock:8080", environment
        # By an address that does not count as this machine, as flow-mock does not: the client then needs all settings.
        elsewhere = {"FLOW_BASE_URL": url.replace("127.0.0.1", "0.0.0.0")}
        done = run(services["tests"]["entrypoint"], environment | elsewhere)
        assert done.returncode == 0, done.stderr

        # The control API, by the name that other containers use.
        host = {"Host": "flow-mock:8080"}
        token = {"Authorization": f"Bearer {environment['FLOW_MOCK_ADMIN_TOKEN']}"}
        assert call(f"{url}/__admin/settings", headers=host | token)[1]["defaults"]["durationMs"] == 100
        assert call(f"{url}/__admin/settings", headers=host)[0] == 401
        process.terminate()
        assert process.wait(TIMEOUT_S) == 0
    done = run(health[1:], {"FLOW_BASE_URL": url})
    assert done.returncode != 0, "the health check does not notice that there is no mock"


def gitlab(name: str) -> dict:
    steps = yaml.safe_load((PACKAGING / "gitlab-ci.yml").read_text())[name]
    assert all(isinstance(line, str) for line in steps["before_script"] + steps["script"]), steps
    return steps


# As GitLab's runner has bash run a script; and with FF_USE_NEW_BASH_EVAL_STRATEGY, which keeps other exit codes than 1.
EVALUATE = ': | eval "$SCRIPT"'
EVALUATE_ANEW = ': | (eval "$SCRIPT")'


def gitlab_script(
    steps: dict, tests: str, environment: dict[str, str], evaluate: str = EVALUATE
) -> subprocess.CompletedProcess:
    """Runs the script of a job; ./run-tests is `tests`."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = pathlib.Path(folder)
        program(workspace / "run-tests", tests)
        (workspace / "bin").mkdir()
        (workspace / "bin" / "flow-mock").symlink_to(os.environ["FLOW_MOCK"])
        settings = CLEAN | steps.get("variables", {}) | environment
        settings |= {"PATH": f"{workspace}/bin:{settings['PATH']}", "SCRIPT": "\n".join(steps["script"])}
        return subprocess.run(
            ["bash", "-c", f"set -eo pipefail; set +o noclobber; {evaluate}\nexit 0"],
            env=settings, cwd=workspace, capture_output=True, text=True, timeout=TIMEOUT_S,
        )  # fmt: skip


# The tests of an application: nothing wrong, a violation, a fault that nothing meets, and a failure of their own.
GOOD = 'curl -sf "$FLOW_BASE_URL/__admin/health/ready"\n'
VIOLATING = 'curl -s "$FLOW_BASE_URL/data/foundation/flowservice/runs"\n'
WASTEFUL = (
    'curl -sf "$FLOW_BASE_URL/__admin/sandboxes/org/dev/faults" -d \'{"type": "hang"}\''
    ' -H "Authorization: Bearer $FLOW_MOCK_ADMIN_TOKEN"\n'
)
FAILING = "exit 9\n"


@check(needs=("bash", "curl"))
def gitlabs_job_with_a_process_fails_with_the_mocks_exit_code():
    steps = gitlab("tests with a process")
    for tests, wanted in ((GOOD, 0), (VIOLATING, 3), (WASTEFUL, 4), (FAILING, 9)):
        done = gitlab_script(steps, tests, {}, EVALUATE_ANEW)
        assert done.returncode == wanted, f"{tests}: {done.returncode}, not {wanted}\n{done.stdout}{done.stderr}"
        done = gitlab_script(steps, tests, {})
        assert done.returncode == min(wanted, 1), f"{tests}: {done.returncode}\n{done.stdout}{done.stderr}"


@check(needs=("bash", "curl"))
def gitlabs_job_with_a_service_fails_on_what_the_mock_reports():
    steps = gitlab("tests with a service")
    (service,) = steps["services"]
    assert service["name"] == f"flow-service-mock:{sys.argv[1]}", service
    assert steps["variables"]["FLOW_BASE_URL"] == f"http://{service['alias']}:8080", steps
    for tests, wanted in ((GOOD, 0), (VIOLATING, 1), (WASTEFUL, 1), (FAILING, 1)):
        with mock([os.environ["FLOW_MOCK"], "--host", "0.0.0.0"], steps["variables"]) as (url, _):
            done = gitlab_script(steps, tests, {"FLOW_BASE_URL": url})
            assert done.returncode == wanted, f"{tests}: {done.returncode}, not {wanted}\n{done.stdout}{done.stderr}"


def unit() -> str:
    return (PACKAGING / "flow-mock.service").read_text()


@check(needs_yaml=False)
def the_systemd_units_command_serves_and_stops():
    (command,) = re.findall(r"^ExecStart=(.*)$", unit(), re.MULTILINE)
    first, *others = command.split()
    assert first == "/usr/bin/flow-mock", command
    with mock([os.environ["FLOW_MOCK"], *others], {}) as (url, process):
        assert call(f"{url}/__admin/health/ready")[0] == 200 and retry(url) == 200
        process.terminate()
        assert process.wait(TIMEOUT_S) == 0


@check(needs=("systemd-analyze",), needs_yaml=False)
def the_systemd_unit_is_valid():
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "flow-mock.service"
        copy.write_text(unit().replace("/usr/bin/flow-mock", os.environ["FLOW_MOCK"]))
        command = ["systemd-analyze", "verify", "--man=no", copy]
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S)
        # Other units of this machine are verified as well, and may have faults of their own.
        assert "flow-mock" not in done.stderr, done.stderr


@check(needs=("shellcheck",), needs_yaml=False)
def shellcheck_finds_nothing():
    command = ["shellcheck", *PACKAGING.glob("action/*.sh")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S)
    assert done.returncode == 0, done.stdout


def main() -> int:
    if sys.argv[2] != "none":
        print("1..0 # SKIP sanitizers would find nothing more in the recipes")
        return 0
    os.environ["FLOW_MOCK"] = str(pathlib.Path(os.environ["FLOW_MOCK"]).resolve())
    failed = 0
    for number, (function, needs, needs_yaml) in enumerate(CHECKS, 1):
        name = function.__name__.replace("_", " ")
        missing = [tool for tool in needs if not shutil.which(tool)] + (["PyYAML (python3-yaml)"] if needs_yaml and not yaml else [])
        if missing:
            print(f"ok {number} - {name} # SKIP no {', '.join(missing)}")
            continue
        try:
            function()
            print(f"ok {number} - {name}", flush=True)
        except Exception as error:  # whatever it is, the check has failed
            failed += 1
            print(f"not ok {number} - {name}", flush=True)
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
    print(f"1..{len(CHECKS)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
