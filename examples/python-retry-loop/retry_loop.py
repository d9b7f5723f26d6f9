"""Retries a failed dataflow run until it succeeds: an application to be tested against flow-mock."""
import json
import time
import urllib.error
import urllib.request

ATTEMPTS = 5  # retries of a run, and times that one request is sent
POLL_S = 600
OVERLOADED = (429, 503)  # nothing has been carried out: the request may be sent again


class Refused(Exception):
    """The service does not do what was asked, or what it has done is unknown: sending it again may be wrong."""


class GaveUp(Exception):
    """It may still work, but not in so many attempts."""


class FlowService:
    """``new_token()`` returns an access token; ``sleep(seconds)`` waits."""

    def __init__(self, url, headers, new_token=None, sleep=time.sleep):
        self.url = url + "/data/foundation/flowservice"
        self.headers = {**headers, "Content-Type": "application/json"}
        self.new_token = new_token
        self.sleep = sleep

    def retry_until_success(self, run):
        """Returns the id of the run that succeeded."""
        for _ in range(ATTEMPTS):
            run = self._call("POST", f"/runs/{run}/action?op=re-trigger")["id"]
            if self._outcome(run) == "success":
                return run
        raise GaveUp(f"run {run} has failed, too")

    def _outcome(self, run):
        while True:
            [found] = self._call("GET", f"/runs/{run}")["items"]
            state = found["metrics"]["statusSummary"]["status"]
            if state in ("success", "failed"):
                return state
            self.sleep(POLL_S)

    def _call(self, method, path):
        renewed = False
        for attempt in range(ATTEMPTS):
            try:
                request = urllib.request.Request(self.url + path, headers=self.headers, method=method)
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                with error:
                    text = error.read().decode()
                if error.code == 401 and self.new_token and not renewed:
                    renewed = True
                    self.headers["Authorization"] = f"Bearer {self.new_token()}"
                elif error.code in OVERLOADED:
                    self.sleep(int(error.headers.get("Retry-After", 2**attempt)))
                else:
                    raise Refused(f"{error.code}: {text}") from error
            except OSError as error:
                raise Refused(f"no answer to {method} {path}: {error}") from error
        raise GaveUp(f"{method} {path}: overloaded")
