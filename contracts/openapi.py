#!/usr/bin/env python3
"""Writes data/openapi.json, the OpenAPI 3.1 description of what the mock serves, from the contract's other data.

usage: openapi.py           writes it
       openapi.py --check   as a test: fails if it would be written otherwise

Schemas keep to what JSON Schema draft 7 and 2020-12 have in common, so the tests can judge answers by them.
"""
import copy
import difflib
import http
import json
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[1]
data = root / "contracts" / "data"
catalogue = root / "mock_server" / "seed" / "catalogue"
output = data / "openapi.json"

BASE = "/data/foundation/flowservice"
MOCK = "http://127.0.0.1:8080"
FORMS = {"gateway": "GatewayError", "service": "ServiceError", "problem": "Problem", "token": "TokenError"}
ANY_ERROR = ["gateway", "service", "problem"]
JSON = "application/json"

# What a field of a descriptor holds (contracts/model/resources.hpp).
KINDS = {
    "text": {"type": "string"},
    "status": {"type": "string"},
    "number": {"type": "integer"},
    "time": {"type": "integer", "minimum": 0},
    "object": {"type": "object"},
    "objects": {"type": "array", "items": {"type": "object"}},
    "texts": {"type": "array", "items": {"type": "string"}},
    "any": {},
}
# What the service gives each document that is no specification.
OF_EACH_DOCUMENT = ("createdAt", "updatedAt", "sandboxId", "sandboxName", "imsOrgId", "state", "version", "etag")


def read(path: pathlib.Path):
    return json.loads(path.read_text())


def camel(words: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[ _-]", words))


def ref(kind: str, name: str) -> dict:
    return {"$ref": f"#/components/{kind}/{name}"}


def sentences(text: str) -> str:
    """The text of an `about` without the sources at its end."""
    return text.split(" Sources: ")[0]


class Description:
    def __init__(self) -> None:
        self.texts = read(data / "descriptions.json")
        operations = read(data / "operations.json")
        self.operations = operations["operations"]
        self.verbs = operations["verbs"]
        self.resources = {file.stem: read(file) for file in sorted((data / "resources").glob("*.json"))}
        errors = read(data / "errors.json")
        self.errors = errors["errors"]
        self.errors_of_each = errors["ofEachResource"]
        self.required: dict = {}  # what an answer about one has of a resource, as a schema
        self.schemas: dict = {}
        self.responses: dict = {}

    # Schemas

    def add_schema(self, name: str, schema: dict) -> dict:
        """A schema of the contract as a component, its definitions as components beside it."""
        schema = copy.deepcopy(schema)
        schema.pop("$schema", None)
        named = {}
        for definition, its in schema.pop("definitions", {}).items():
            component = camel(definition)
            its = moved(its)
            if self.schemas.setdefault(component, its) != its:
                component = name + component
                self.schemas[component] = its
            named[definition] = component
        if any(camel(definition) != component for definition, component in named.items()):
            sys.exit(f"{name}: its definitions {sorted(named)} have the names of others that differ")
        self.schemas[name] = moved(schema)
        return ref("schemas", name)

    def schema_named(self, name: str) -> dict:
        """A schema of schemas/, or one that only this description has."""
        component = "IdAndEtag" if name == "retry-answer" else camel(name)
        if component in self.schemas:
            return ref("schemas", component)
        if name in self.texts["schemas"]:
            return self.add_schema(component, self.texts["schemas"][name])
        schema = read(data / "schemas" / f"{name}.schema.json")
        if name == "retry-answer":
            schema["title"] = "What is answered of a run or document that was made or changed"
        return self.add_schema(component, schema)

    def add_resource(self, resource: dict) -> None:
        file = data / "schemas" / f"{resource['singular'].replace(' ', '-')}.schema.json"
        schema = read(file) if file.is_file() else {"title": f"A {resource['singular']}", "type": "object"}
        schema["description"] = sentences(resource["about"]) if resource["name"] != "runs" else "A run of a flow."
        # A list may be asked for a few fields alone, and an update give a part: only an answer about one requires some.
        required = schema.pop("required", None)
        properties = schema.setdefault("properties", {})
        below = {
            name: {"required": its.pop("required")}
            for name, its in properties.items()
            if its.get("type") == "object" and "required" in its
        }
        for field in resource["fields"]:
            *above, name = field["name"].split(".")
            at = properties
            for each in above:
                at = at.setdefault(each, {"type": "object"})
                if "$ref" in at:
                    at = schema["definitions"][at["$ref"].rsplit("/", 1)[1]]
                at = at.setdefault("properties", {})
            at[name] = self.property_of(field, at.get(name, {}), schema.get("definitions", {}))
        if required is None:
            own = () if resource.get("catalogue") else OF_EACH_DOCUMENT
            required = ["id", *resource["required"], *own]
        self.required[resource["name"]] = {"required": required, **({"properties": below} if below else {})}
        self.add_schema(camel(resource["singular"]), schema)

    def property_of(self, field: dict, given: dict, definitions: dict) -> dict:
        if "$ref" in given:
            # Draft 7 ignores what stands beside a $ref.
            given = definitions[given["$ref"].rsplit("/", 1)[1]]
        its = {**KINDS[field["kind"]], **given}
        if field["kind"] in self.texts["kinds"] and "description" not in its:
            its = {"description": self.texts["kinds"][field["kind"]], **its}
        if field.get("readOnly"):
            its["readOnly"] = True
        return its

    def item(self, resource: dict) -> dict:
        return ref("schemas", camel(resource["singular"]))

    def whole(self, resource: dict) -> dict:
        return {"allOf": [self.item(resource), self.required[resource["name"]]]}

    def answer_schema(self, form: str, resource: dict | None) -> dict:
        if form == "whole":
            return self.whole(resource)
        if form not in ("page", "one"):
            return self.schema_named(form)
        schema = read(data / "schemas" / ("list-answer.schema.json" if form == "page" else "run-answer.schema.json"))
        name = camel(resource["singular"]) + ("Page" if form == "page" else "Answer")
        items = schema["properties"]["items"]
        if form == "one":
            schema["title"] = f"One {resource['singular']}"
            items["items"] = self.whole(resource)
        else:
            schema["title"] = f"A page of {resource['plural']}, or their number"
            items["items"] = self.item(resource)
            schema["properties"]["count"] = {
                "description": "How many there are, where count=true asks for that.",
                "type": "integer",
                "minimum": 0,
            }
            schema["anyOf"] = [{"required": schema.pop("required")}, {"required": ["count"]}]
        return self.add_schema(name, schema)

    # Errors

    def errors_by_status(self, forms: list[str]) -> dict[int, list[dict]]:
        by_status: dict[int, list[dict]] = {}
        words = {"singular": "resource", "type": "{type}"}
        of_each = [{**error, "advice": filled(error["advice"], words)} for error in self.errors_of_each]
        seen = set()
        for error in self.errors + of_each:
            if error["form"] in forms:
                by_status.setdefault(error["status"], [])
                if (key := (code_of(error), error["advice"])) not in seen:
                    seen.add(key)
                    by_status[error["status"]].append(error)
        return by_status

    def own_statuses(self, forms: list[str]) -> list[int]:
        """Those that a page names or suggests; what else a server may answer is `default`."""
        found = self.errors_by_status(forms)
        return sorted(
            status for status, errors in found.items() if any(each["standing"] != "assumed" for each in errors)
        )

    def error_response(self, status: int, errors: list[dict]) -> dict:
        forms = [form for form in FORMS if any(error["form"] == form for error in errors)]
        rows = [f"| {code_of(error)} | {error['standing']} | {error['advice']} |" for error in errors]
        headers = {"x-request-id": ref("headers", "x-request-id")}
        if status in (429, 503):
            headers["Retry-After"] = ref("headers", "Retry-After")
        return {
            "description": http.HTTPStatus(status).phrase
            + ".\n\n| error | standing | what to do |\n|---|---|---|\n"
            + "\n".join(rows),
            "headers": headers,
            "content": {
                JSON: {
                    "schema": self.error_schema(forms),
                    "examples": {
                        form: {"value": example_of(next(error for error in errors if error["form"] == form))}
                        for form in forms
                    },
                }
            },
        }

    def error_schema(self, forms: list[str]) -> dict:
        each = [ref("schemas", FORMS[form]) for form in forms]
        return each[0] if len(each) == 1 else {"oneOf": each}

    def add_errors(self) -> None:
        for form, component in FORMS.items():
            file = "problem" if form == "problem" else f"{form}-error"
            self.add_schema(component, read(data / "schemas" / f"{file}.schema.json"))
        for status, errors in self.errors_by_status(ANY_ERROR).items():
            if status in self.own_statuses(ANY_ERROR):
                self.responses[camel(http.HTTPStatus(status).phrase)] = self.error_response(status, errors)
        self.responses["OtherError"] = {
            "description": "An error that no page mentions: of a gateway, or of the mock where it has no room left.",
            "content": {JSON: {"schema": self.error_schema(ANY_ERROR)}},
        }

    def error_responses(self, has_body: bool, has_version: bool, is_token: bool) -> dict:
        left_out = ([] if has_body else [415]) + ([] if has_version else [412])
        if is_token:
            found = self.errors_by_status(["token"])
            own = {
                str(status): self.error_response(status, found[status])
                for status in self.own_statuses(["token"]) + [503]
                if status != 405  # which another method gets
            }
            return {**own, "default": ref("responses", "OtherError")}
        statuses = [status for status in self.own_statuses(ANY_ERROR) if status not in left_out]
        named = {str(status): ref("responses", camel(http.HTTPStatus(status).phrase)) for status in statuses}
        return {**named, "default": ref("responses", "OtherError")}

    # Operations

    def parameter(self, place: str, name: str, words: dict, **more) -> dict:
        if name not in self.texts["parameters"]:
            sys.exit(f"descriptions.json: the parameter {name} is not described")
        about = self.texts["parameters"][name]
        its = {"name": name, "in": place, "description": filled(about["description"], words)}
        if place == "path" or about.get("required"):
            its["required"] = True
        return {**its, "schema": about.get("schema", {"type": "string"}), **more}

    def described(self):
        """Every operation with its resource (of the token service: none), verb and texts."""
        for entry in self.operations:
            resource = None if entry.get("at") else self.resources[entry["path"].split("/")[1]]
            yield entry, resource, None, self.text_of("operations", entry["name"])
        for resource in self.resources.values():
            for verb in self.verbs:
                if (its := resource.get("operations", {}).get(verb["verb"])) is None:
                    continue
                words = {"singular": resource["singular"], "plural": resource["plural"]}
                entry = {
                    **verb,
                    **its,
                    "name": filled(verb["name"], words).replace(" ", "_"),
                    "path": f"/{resource['name']}{verb['path']}",
                }
                yield entry, resource, verb["verb"], self.text_of("verbs", verb["verb"])

    def text_of(self, kind: str, name: str) -> dict:
        if name not in self.texts[kind]:
            sys.exit(f"descriptions.json: {kind} lacks {name}")
        return self.texts[kind][name]

    def ops(self, entry: dict) -> list[str]:
        """What can be given as op: of a run as most pages spell it, of others in lower or upper case."""
        if "ops" in entry:
            return entry["ops"] + [op.upper() for op in entry["ops"]]
        matter = next(each for each in read(data / "readings.json")["matters"] if each["name"] == "op")
        return [matter["choices"][0]["name"]]

    def request_body(self, entry: dict, resource: dict | None, texts: dict) -> dict | None:
        if entry.get("body") == "form":
            fields = {name: self.texts["parameters"][name] for name in entry["query"]}
            schema = {
                "title": "What is asked for in a form",
                "type": "object",
                "required": entry["query"],
                "properties": {
                    name: {"description": its["description"], **its.get("schema", {"type": "string"})}
                    for name, its in fields.items()
                },
            }
            form = self.add_schema("TokenRequest", schema)
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
            schema = self.item(resource)
            if resource.get("required"):
                schema = {"allOf": [schema, {"required": resource["required"]}]}
            examples = {"documented": {"value": self.body_to_create(resource)}}
        else:
            schema = self.schema_named(texts["body"])
        body = self.texts["bodies"].get(entry["name"]) or self.texts["bodies"].get(entry.get("verb"))
        if body is not None:
            examples = {"example": {"value": body}}
        content = {"schema": schema, **({"examples": examples} if examples else {})}
        return {"required": True, "content": {JSON: content}}

    def seeded(self, resource: dict) -> dict:
        """The first of the seed, without what only the seed says; of runs the documented one."""
        if resource["name"] == "runs":
            return read(data / "examples" / "run-answer.json")["items"][0]
        file = catalogue / f"{resource['name']}.json"
        first = read(file)[0] if file.is_file() else self.seeded_flow()
        return {name: value for name, value in first.items() if name in {field["name"] for field in resource["fields"]}}

    @staticmethod
    def seeded_flow() -> dict:
        flows = read(catalogue.parent / "built-in.json")["flows"]
        return next(flow for flow in flows if flow["id"] == "2edc08ac-4df5-4fe6-936f-81a19ce92f5c")

    def body_to_create(self, resource: dict) -> dict:
        own = {"id"} | {field["name"] for field in resource["fields"] if field.get("readOnly")}
        return {name: value for name, value in self.seeded(resource).items() if name not in own}

    def answer_examples(self, entry: dict, resource: dict | None, form: str | None) -> dict:
        names = self.texts["examples"].get(entry["name"], [])
        examples = {name: {"value": read(data / "examples" / f"{name}.json")} for name in names}
        if form is None or examples:
            return examples
        if form == "token-answer":
            return {"documented": {"value": self.texts["bodies"]["token"]}}
        if form in self.texts["bodies"]:
            return {"example": {"value": self.texts["bodies"][form]}}
        if form in ("explore-answer", "configs-answer", "test-answer"):
            return self.answers_of(entry, resource)
        whole = self.example_of(resource)
        values = {"whole": whole, "one": {"items": [whole], "_links": {}}, "page": {"items": [whole], "_links": {}}}
        if form in ("retry-answer", "create-answer"):
            ids = {"id": whole["id"], "etag": whole["etag"]}
            values |= {"retry-answer": ids, "create-answer": {"items": [ids]}}
        examples["documented"] = {"value": values[form]}
        if form == "page" and "count" in entry["query"]:
            examples["count"] = {"value": {"count": 1}}
        return examples

    def example_of(self, resource: dict) -> dict:
        """One of the seed with what the service adds, in the placeholders of documented examples."""
        given = self.seeded(resource)
        if resource.get("catalogue") or resource["name"] == "runs":
            return given
        own = {
            "createdBy": "{CREATED_BY}",
            "updatedBy": "{UPDATED_BY}",
            "createdClient": "{CREATED_CLIENT}",
            "updatedClient": "{UPDATED_CLIENT}",
            "sandboxId": "{SANDBOX_ID}",
            "sandboxName": "{SANDBOX_NAME}",
            "imsOrgId": "{ORG_ID}",
            "state": "enabled",
            "version": given["etag"],
            "runs": f"/runs?property=flowId=={given['id']}",
        }
        names = [field["name"] for field in resource["fields"]]
        return {name: {**own, **given}[name] for name in names if name in given or name in own}

    def answers_of(self, entry: dict, resource: dict) -> dict:
        """What the seed answers for the first document that says so, each kind of question once."""
        for document in read(catalogue / f"{resource['name']}.json"):
            found = {}
            for answer in document.get("answers", []):
                if answer["verb"] == entry["verb"]:
                    kind = answer["query"].get("objectType", "documented")
                    found.setdefault(kind, {"value": answer["body"]})
            if found:
                return found
        return {"documented": {"value": entry["answer"]}}

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
            **self.error_responses(bool(body), "If-Match" in headers, is_token),
        }
        return its

    def success(self, entry: dict, resource: dict | None, texts: dict, form: str | None) -> dict:
        names = ["x-request-id", *texts.get("headers_of_answer", [])]
        response = {
            "description": http.HTTPStatus(texts["answer"]["status"]).phrase + ".",
            "headers": {name: ref("headers", name) for name in names},
        }
        if form:
            content: dict = {"schema": self.answer_schema(form, resource)}
            if examples := self.answer_examples(entry, resource, form):
                content["examples"] = examples
            response["content"] = {JSON: content}
        return response

    def operation_id(self, entry: dict) -> str:
        """Its name; that of the token service's two paths with the version."""
        has_two = sum(each["name"] == entry["name"] for each in self.operations) > 1
        return entry["name"] + ("_" + entry["path"].rsplit("/", 1)[1] if has_two else "")

    def readings(self) -> str:
        lines = [
            f"- {matter['about']}: {matter['choices'][0]['says']} (`{matter['name']}`)"
            for matter in read(data / "readings.json")["matters"]
        ]
        return "Where Adobe's pages contradict each other, this describes the first choice of each matter:\n\n" + "\n".join(lines)

    def document(self) -> dict:
        self.add_errors()
        for resource in self.resources.values():
            self.add_resource(resource)
        paths: dict = {}
        for entry, resource, _, texts in self.described():
            path = entry["path"] if entry.get("at") else BASE + entry["path"]
            paths.setdefault(path, {})[entry["method"].lower()] = self.operation(entry, resource, texts)
        headers = {}
        for name in ("x-request-id", "Location", "Retry-After"):
            its = self.parameter("header", name, {})
            headers[name] = {"description": its["description"], "schema": its["schema"]}
        tags = [
            {"name": resource["name"], "description": self.schemas[camel(resource["singular"])]["description"]}
            for resource in self.resources.values()
        ]
        return {
            "openapi": "3.1.0",
            "info": {
                "title": self.texts["title"],
                "version": "1",
                "description": self.texts["description"] + "\n\n" + self.readings(),
                "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
            },
            "servers": [{"url": MOCK, "description": "flow-mock where it listens unless told otherwise"}],
            "security": [{name: [] for name in self.texts["security"]}],
            "tags": [
                *tags,
                {"name": "activation", "description": "Ad-hoc activation, of another service of the platform."},
                {"name": "token", "description": "The token service (IMS)."},
            ],
            "paths": paths,
            "components": {
                "securitySchemes": self.texts["security"],
                "parameters": {"x-sandbox-name": self.parameter("header", "x-sandbox-name", {})},
                "headers": headers,
                "responses": self.responses,
                "schemas": dict(sorted(self.schemas.items())),
            },
        }


def filled(text: str, words: dict) -> str:
    for name, word in words.items():
        text = text.replace("{" + name + "}", word)
    return re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text)


def moved(schema):
    """References to definitions as those to components."""
    if isinstance(schema, list):
        return [moved(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: ref("schemas", camel(value.rsplit("/", 1)[1]))["$ref"] if name == "$ref" else moved(value)
        for name, value in schema.items()
    }


def code_of(error: dict) -> str:
    if error["form"] == "service":
        return "FLOW-" + error["code"]
    return error["title"] if error["form"] == "problem" else error["code"]


def example_of(error: dict) -> dict:
    message = error["message"]
    if error["form"] == "gateway":
        return {"error_code": error["code"], "message": message}
    if error["form"] == "token":
        return {"error": error["code"], "error_description": message}
    if error["form"] == "problem":
        return {"type": error["type"], "status": error["status"], "title": error["title"], "detail": message}
    report = {"detailed-message": message, "request-id": "{REQUEST_ID}"}
    if "resource" in error:
        report |= {"id": "{ID}", "type": error["resource"]}
    return {
        "type": "https://ns.adobe.com/aep/errors/FLOW-" + error["code"],
        "title": error["title"],
        "status": error["status"],
        "report": report,
        "errorMessage": message,
        "errorDetails": message,
    }


def main() -> int:
    text = json.dumps(Description().document(), indent=1, ensure_ascii=False) + "\n"
    if sys.argv[1:] != ["--check"]:
        output.write_text(text)
        return 0
    committed = output.read_text() if output.is_file() else ""
    if committed == text:
        return 0
    difference = difflib.unified_diff(committed.splitlines(), text.splitlines(), "committed", "derived", lineterm="", n=1)
    print("\n".join(list(difference)[:60]))
    print("contracts/data/openapi.json is out of date; python3 contracts/openapi.py renews it")
    return 1


if __name__ == "__main__":
    sys.exit(main())
