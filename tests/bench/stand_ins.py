"""What a user could take instead of the mock, told to give the mock's answers: files and commands for each.

Each function writes what its server reads into `folder` and returns the command that serves on `port`.
"""
import json
import pathlib
import re

from operations import Answer, Operation

Answers = dict[Operation, Answer]


def without_framing(answer: Answer) -> dict[str, str]:
    """The headers that a server does not set by itself."""
    own = ("content-length", "content-type", "keep-alive", "connection", "date", "server")
    return {name: value for name, value in answer.headers.items() if name.lower() not in own}


def bare(answers: Answers, folder: pathlib.Path) -> pathlib.Path:
    """The file that bare-handler reads."""
    told = {
        operation.method: {"headers": without_framing(answer), "body": answer.body}
        for operation, answer in answers.items()
    }
    file = folder / "answers.json"
    file.write_text(json.dumps(told))
    return file


def nginx_location(operation: Operation, answer: Answer) -> str:
    if "$" in answer.body:
        raise ValueError("nginx would read a variable where the answer has a $")
    body = answer.body.replace("\\", "\\\\").replace("'", "\\'")
    headers = "".join(f"add_header {name} '{value}'; " for name, value in without_framing(answer).items())
    return (
        f"location = {operation.path} {{ default_type application/json; {headers}"
        f"return {answer.status} '{body}'; }}\n"
    )


def nginx(answers: Answers, folder: pathlib.Path, port: int) -> list[str]:
    locations = "".join(nginx_location(operation, answer) for operation, answer in answers.items())
    file = folder / "nginx.conf"
    file.write_text(
        f"worker_processes auto; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log crit;\n"
        "events { worker_connections 4096; }\n"
        "http { access_log off; keepalive_requests 1000000000; tcp_nodelay on; server_tokens off;\n"
        f"client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fcgi;\n"
        f"uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;\n"
        f"server {{ listen 127.0.0.1:{port} backlog=1024;\n{locations}}} }}\n"
    )
    return ["nginx", "-p", str(folder), "-c", str(file), "-e", str(folder / "nginx.log")]


def wiremock(answers: Answers, folder: pathlib.Path, port: int, jar: pathlib.Path) -> list[str]:
    """Without journal, log, templates and gzip; it matches method and path only, not the five headers."""
    mappings = folder / "mappings"
    mappings.mkdir(exist_ok=True)
    for operation, answer in answers.items():
        headers = {"Content-Type": "application/json", **without_framing(answer)}
        mapping = {
            "request": {"method": operation.method, "urlPath": operation.path},
            "response": {"status": answer.status, "headers": headers, "body": answer.body},
        }
        (mappings / f"{operation.method}.json").write_text(json.dumps(mapping))
    return [
        "java", "-jar", str(jar), "--port", str(port), "--bind-address", "127.0.0.1", "--root-dir", str(folder),
        "--no-request-journal", "--disable-request-logging", "--disable-banner", "--disable-gzip",
        "--disable-response-templating", "--disable-extensions-scanning", "--disable-http2-plain",
    ]  # fmt: skip


def openapi(answers: Answers) -> dict:
    paths = {}
    for operation, answer in answers.items():
        query = operation.target.partition("?")[2]
        parameters = [
            {"name": pair.partition("=")[0], "in": "query", "required": True, "schema": {"type": "string"}}
            for pair in query.split("&") if pair
        ]  # fmt: skip
        # As Flow Service's own description has it: the run's id is a part of the path.
        path = re.sub(r"/runs/[^/]+", "/runs/{runId}", operation.path)
        run_id = {"name": "runId", "in": "path", "required": True, "schema": {"type": "string"}}
        content = {"application/json": {"example": json.loads(answer.body)}}
        paths[path] = {
            operation.method.lower(): {
                "parameters": [run_id, *parameters],
                "responses": {str(answer.status): {"description": operation.name, "content": content}},
            }
        }
    return {"openapi": "3.0.3", "info": {"title": "runs", "version": "1"}, "paths": paths}


def prism(answers: Answers, folder: pathlib.Path, port: int, program: pathlib.Path) -> list[str]:
    file = folder / "openapi.json"
    file.write_text(json.dumps(openapi(answers)))
    return [
        "node", str(program), "mock", "--host", "127.0.0.1", "--port", str(port), "--verboseLevel", "silent",
        "--cors", "false", str(file),
    ]  # fmt: skip


def mockoon_route(operation: Operation, answer: Answer, number: int) -> dict:
    headers = {"Content-Type": "application/json", **without_framing(answer)}
    response = {
        "uuid": f"00000000-0000-4000-8000-00000000001{number}",
        "body": answer.body,
        "bodyType": "INLINE",
        "statusCode": answer.status,
        "headers": [{"key": name, "value": value} for name, value in headers.items()],
        "disableTemplating": True,
        "default": True,
    }
    return {
        "uuid": f"00000000-0000-4000-8000-00000000000{number}",
        "type": "http",
        "method": operation.method.lower(),
        "endpoint": operation.path.lstrip("/"),
        "responses": [response],
    }


def mockoon(answers: Answers, folder: pathlib.Path, port: int, program: pathlib.Path) -> list[str]:
    routes = [mockoon_route(*answered, number) for number, answered in enumerate(answers.items(), 1)]
    environment = {
        "uuid": "00000000-0000-4000-8000-000000000000",
        "lastMigration": 33,
        "name": "runs",
        "port": port,
        "hostname": "127.0.0.1",
        "routes": routes,
        "rootChildren": [{"type": "route", "uuid": route["uuid"]} for route in routes],
        "cors": False,
    }
    file = folder / "mockoon.json"
    file.write_text(json.dumps(environment))
    return [
        "node", str(program), "start", "--repair", "--data", str(file), "--hostname", "127.0.0.1",
        "--port", str(port), "--disable-log-to-file", "--disable-admin-api", "--max-transaction-logs", "0",
    ]  # fmt: skip
