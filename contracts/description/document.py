"""The whole description, put together of its parts."""
from description.errors import Errors
from description.examples import Examples
from description.operations import Operations
from description.schemas import Schemas
from description.sources import Sources, camel

BASE = "/data/foundation/flowservice"
MOCK = "http://127.0.0.1:8080"


def readings(matters: list[dict]) -> str:
    lines = [f"- {matter['about']}: {matter['choices'][0]['says']} (`{matter['name']}`)" for matter in matters]
    opening = "Where Adobe's pages contradict each other, this describes the first choice of each matter, and statuses and errors of the others:"
    return opening + "\n\n" + "\n".join(lines)


def document() -> dict:
    sources = Sources()
    schemas = Schemas(sources)
    errors = Errors(sources, schemas)
    operations = Operations(sources, schemas, errors, Examples(sources))
    paths: dict = {}
    for entry, resource, texts in operations.described():
        path = entry["path"] if entry.get("at") else BASE + entry["path"]
        paths.setdefault(path, {})[entry["method"].lower()] = operations.operation(entry, resource, texts)
    headers = {}
    for name in ("x-request-id", "Location", "Retry-After"):
        its = operations.parameter("header", name, {})
        headers[name] = {"description": its["description"], "schema": its["schema"]}
    tags = [
        {"name": resource["name"], "description": schemas.components[camel(resource["singular"])]["description"]}
        for resource in sources.resources.values()
    ]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": sources.texts["title"],
            "version": "1",
            "description": sources.texts["description"] + "\n\n" + readings(sources.matters),
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": MOCK, "description": "flow-mock where it listens unless told otherwise"}],
        "security": [{name: [] for name in sources.texts["security"]}],
        "tags": [
            *tags,
            {"name": "activation", "description": "Ad-hoc activation, of another service of the platform."},
            {"name": "token", "description": "The token service (IMS)."},
        ],
        "paths": paths,
        "components": {
            "securitySchemes": sources.texts["security"],
            "parameters": {"x-sandbox-name": operations.parameter("header", "x-sandbox-name", {})},
            "headers": headers,
            "responses": errors.responses,
            "schemas": dict(sorted(schemas.components.items())),
        },
    }
