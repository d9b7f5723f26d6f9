"""The two operations that are measured, as requests, and what a server answers to them."""
import dataclasses
import http.client
import socket

RUN = "4fb0418e-1804-45d6-8d56-dd51f05c0baf"
RUNS = "/data/foundation/flowservice/runs"

# As the retry page has them, placeholders and all.
HEADERS = {
    "Authorization": "Bearer {ACCESS_TOKEN}",
    "x-api-key": "{API_KEY}",
    "x-gw-ims-org-id": "{ORG_ID}",
    "x-sandbox-name": "{SANDBOX_NAME}",
    "Content-Type": "application/json",
}


@dataclasses.dataclass(frozen=True)
class Operation:
    name: str
    method: str
    target: str

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


GET = Operation("GET /runs/{id}", "GET", f"{RUNS}/{RUN}")
RETRY = Operation("the retry POST", "POST", f"{RUNS}/{RUN}/action?op=re-trigger")


@dataclasses.dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: str

    def says_the_same_as(self, other: "Answer") -> bool:
        return (self.status, self.body) == (other.status, other.body)


def ask(port: int, operation: Operation) -> Answer:
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.putrequest(operation.method, operation.target, skip_accept_encoding=True)
        for name, value in HEADERS.items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        return Answer(response.status, dict(response.getheaders()), response.read().decode())
    finally:
        connection.close()


def answers_now(port: int) -> bool:
    """Whether GET /runs/{id} is answered with 200."""
    try:
        return ask(port, GET).status == 200
    except (OSError, http.client.HTTPException):
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
