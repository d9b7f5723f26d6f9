"""A flow-mock process on a free port."""
import os
import re
import shutil
import subprocess
import tempfile
from types import TracebackType
from typing import Optional, Type

from .control import FlowMockError, call
from .duration import Duration, milliseconds
from .sandbox import Sandbox


class BinaryNotFound(FlowMockError):
    """There is no flow-mock to start."""


class NotStarted(FlowMockError):
    """flow-mock ended instead of starting. The message has its standard error."""


class Stopped(FlowMockError):
    """flow-mock ended with an exit code other than 0. The message has what it said.

    3: the application broke the contract (``--fail-on-violation``); 4: set-up was not used (``--fail-on-unused``);
    5: a request rested on an assumed rule (``--fail-on-assumed``).
    """

    exit_code: int

    def __init__(self, exit_code: int, said: str):
        self.exit_code = exit_code
        super().__init__(f"flow-mock ended with exit code {exit_code}:\n{said}")


def find_binary() -> str:
    """The file that ``$FLOW_MOCK`` names, or else flow-mock on ``PATH``. Raises BinaryNotFound."""
    named = os.environ.get("FLOW_MOCK")
    found = shutil.which(named or "flow-mock")
    if found:
        return found
    if named:
        raise BinaryNotFound(f"FLOW_MOCK={named} is not a program")
    raise BinaryNotFound("flow-mock is not on PATH; set FLOW_MOCK to the program that scripts/build has built")


class FlowMock:
    """Starts flow-mock with these options, such as ``"--run-duration", "60000"``; ``with`` or ``end()`` ends it.

    With ``https`` it serves HTTPS, too, with a certificate of its own, and the ``url`` of its sandboxes is the HTTPS
    one. Raises BinaryNotFound or NotStarted.
    """

    url: str
    """``http://127.0.0.1:PORT``"""
    https_url: Optional[str]
    """``https://127.0.0.1:PORT``; None without ``https``."""
    ca_file: Optional[str]
    """PEM file of the authority that clients have to trust; there until the mock ends."""

    def __init__(self, *options: str, binary: Optional[str] = None, https: bool = False):
        command = [binary or find_binary(), "--quiet", "--exit-with-parent", "--port", "0", *options]
        self._tls = tempfile.TemporaryDirectory(prefix="flow-mock-") if https else None
        if self._tls:
            command += ["--https-port", "0", "--tls-auto", self._tls.name]
        self.ca_file = os.path.join(self._tls.name, "ca.pem") if self._tls else None
        self._log = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                encoding="utf-8",
                # FLOW_MOCK_<OPTION> is meant for other mocks: a token for one would keep the helper out of this one.
                env={name: value for name, value in os.environ.items() if not name.startswith("FLOW_MOCK_")},
            )
        except OSError as error:
            self._remove_files()
            raise BinaryNotFound(f"{command[0]} cannot be run: {error.strerror}") from None
        assert self._process.stdout
        lines = [self._process.stdout.readline() for _ in range(2 if https else 1)]
        urls = re.findall(r"^flow-mock listening on (https?://\S+)$", "".join(lines), re.MULTILINE)
        if len(urls) != len(lines):
            said = "".join(lines) + self._end_process()
            raise NotStarted(f"{' '.join(command)} did not start (exit code {self._process.returncode}):\n{said}")
        self.url = urls[0]
        self.https_url = urls[1] if https else None

    def __enter__(self) -> "FlowMock":
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        try:
            self.end()
        except Stopped:
            if error is None:  # what went wrong in the test comes first
                raise

    def end(self) -> None:
        """Ends the mock. Raises Stopped if its exit code is not 0."""
        if self._log.closed:
            return
        said = self._end_process()
        if self._process.returncode != 0:
            raise Stopped(self._process.returncode, said)

    def sandbox(self, ttl: Optional[Duration] = None) -> Sandbox:
        """Leases a sandbox. The lease ends by itself after ``ttl`` of real time: 1 hour if not given, 1 day at most."""
        leases = self.url + "/__admin/leases"
        lease = call("POST", leases, {} if ttl is None else {"ttlMs": milliseconds(ttl)})
        return Sandbox({**lease, "url": self.https_url or lease["url"]}, f"{leases}/{lease['id']}")

    def _end_process(self) -> str:
        """Ends the process, and returns all that it said."""
        self._process.terminate()
        printed, _ = self._process.communicate()
        self._log.seek(0)
        said = printed + self._log.read()
        self._remove_files()
        return said

    def _remove_files(self) -> None:
        self._log.close()
        if self._tls:
            self._tls.cleanup()
