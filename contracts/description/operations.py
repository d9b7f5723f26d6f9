"""The operations: what each takes and answers."""
import http
import sys

from description.errors import Errors
from description.examples import Examples
from description.schemas import Schemas
from description.sources import JSON, Sources, filled, ref


class Operations:
    def __init__(self, sources: Sources, schemas: Schemas, errors: Errors, examples: Examples) -> None:
        self.sources = sources
        self.schemas = schemas
        self.errors = errors
        self.examples = examples

    def parameter(self, place: str, name: str, words: dict, **more) -> dict:
        if name not in self.sources.texts["parameters"]:
            sys.exit(f"descriptions.json: the parameter {name} is not described")
        about = self.sources.texts["parameters"][name]
        its = {"name": name, "in": place, "description": filled(about["description"], words)}
        if place == "path" or about.get("required"):
            its["required"] = True
        return {**its, "schema": about.get("schema", {"type": "string"}), **more}

    def described(self):
        """Every operation with its resource (of the token service: none) and texts."""
        for entry in self.sources.operations:
            resource = None if entry.get("at") else self.sources.resources[entry["path"].split("/")[1]]
            yield entry, resource, self.sources.text_of("operations", entry["name"])
        for resource in self.sources.resources.values():
            for verb in self.sources.verbs:
                if (its := resource.get("operations", {}).get(verb["verb"])) is None:
                    continue
                words = {"singular": resource["singular"], "plural": resource["plural"]}
                entry = {
                    **verb,
                    **its,
                    "name": filled(verb["name"], words).replace(" ", "_"),
                    "path": f"/{resource['name']}{verb['path']}",
                }
                yield entry, resource, self.sources.text_of("verbs", verb["verb"])

    def ops(self, entry: dict) -> list[str]:
        """What can be given as op: of a run as most pages spell it, of others in lower or upper case."""
        if "ops" in entry:
            return entry["ops"] + [op.upper() for op in entry["ops"]]
        matter = next(each for each in self.sources.matters if each["name"] == "op")
        return [matter["choices"][0]["name"]]

    def request_body(self, entry: dict, resource: dict | None, texts: dict) -> dict | None:
        if entry.get("body") == "form":
            fields = {name: self.sources.texts["parameters"][name] for name in entry["query"]}
            schema = {
                "title": "What is asked for in a form",
                "type": "object",
                "required": entry["query"],
                "properties": {
                    name: {"description": its["description"], **its.get("schema", {"type": "string"})}
                    for name, its in fields.items()
                },
            }
            form = self.schemas.add_schema("TokenRequest", schema)
            value = {
                name: its.get("schema", {}).get("const", "{" + name.upper() + "}") for name, its in fields.items()
            }
            content = {"schema": form, "examples": {"example": {"value": value}}}
            return {"required": True, "content": {"application/x-www-form-urlencoded": content}}
        if "body" not in texts:
            if entry.get("body"):
                sys.exit(f"descriptions.json: {entry['name']} has a body, and no schema of it")
            return None
        examples = {}
        if texts["body"] == "resource":
            schema = self.schemas.item(resource)
            if resource.get("required"):
                schema = {"allOf": [schema, {"required": resource["required"]}]}
            examples = {"documented": {"value": self.examples.body_to_create(resource)}}
        else:
            schema = self.schemas.schema_named(texts["body"])
        body = self.sources.texts["bodies"].get(entry["name"]) or self.sources.texts["bodies"].get(entry.get("verb"))
        if body is not None:
            examples = {"example": {"value": body}}
        content = {"schema": schema, **({"examples": examples} if examples else {})}
        return {"required": True, "content": {JSON: content}}

    def operation(self, entry: dict, resource: dict | None, texts: dict) -> dict:
        words = {"singular": resource["singular"], "plural": resource["plural"]} if resource else {}
        is_token = entry.get("at") == "origin"
        headers = texts.get("headers", {})
        parameters = []
        if "{id}" in entry["path"]:
            parameters.append(self.parameter("path", "id", words))
        for name in () if is_token else entry["query"]:
            more = {"schema": {"type": "string", "enum": self.ops(entry)}} if name == "op" else {}
            parameters.append(self.parameter("query", name, words, **more))
        for name, is_needed in headers.items():
            parameters.append(self.parameter("header", name, words, **({"required": True} if is_needed else {})))
        if not is_token:
            parameters.append(ref("parameters", "x-sandbox-name"))
        its = {"operationId": self.operation_id(entry), "tags": ["token" if is_token else resource["name"] if resource else "activation"]}
        its["summary"] = filled(texts["summary"], words)
        if "description" in texts:
            its["description"] = filled(texts["description"], words)
        if is_token:
            its["security"] = []
        if parameters:
            its["parameters"] = parameters
        if body := self.request_body(entry, resource, texts):
            its["requestBody"] = body
        answer = texts["answer"]
        form = answer.get("catalogue") if resource and resource.get("catalogue") else None
        form = form or answer.get("schema")
        its["responses"] = {
            str(answer["status"]): self.success(entry, resource, texts, form),
            **self.other_success(answer.get("otherwise")),
            **self.errors.error_responses(bool(body), "If-Match" in headers, is_token),
        }
        return its

    def success(self, entry: dict, resource: dict | None, texts: dict, form: str | None) -> dict:
        names = ["x-request-id", *texts.get("headers_of_answer", [])]
        response = {
            "description": http.HTTPStatus(texts["answer"]["status"]).phrase + ".",
            "headers": {name: ref("headers", name) for name in names},
        }
        if form:
            content: dict = {"schema": self.schemas.answer_schema(form, resource)}
            if examples := self.examples.answer_examples(entry, resource, form):
                content["examples"] = examples
            response["content"] = {JSON: content}
        return response

    @staticmethod
    def other_success(otherwise: dict | None) -> dict:
        """The answer without a body of another reading."""
        if otherwise is None:
            return {}
        phrase = http.HTTPStatus(otherwise["status"]).phrase
        response = {
            "description": f"{phrase}, without a body: in the reading {otherwise['reading']}.",
            "headers": {"x-request-id": ref("headers", "x-request-id")},
        }
        return {str(otherwise["status"]): response}

    def operation_id(self, entry: dict) -> str:
        """Its name; that of the token service's two paths with the version."""
        has_two = sum(each["name"] == entry["name"] for each in self.sources.operations) > 1
        return entry["name"] + ("_" + entry["path"].rsplit("/", 1)[1] if has_two else "")
