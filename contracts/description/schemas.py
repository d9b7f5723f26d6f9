"""The schemas: of schemas/, of the resources' descriptors, and of answers that hold resources."""
import copy
import sys

from description.sources import Sources, camel, data, read, ref

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


def sentences(text: str) -> str:
    """The text of an `about` without the sources at its end."""
    return text.split(" Sources: ")[0]


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


class Schemas:
    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.required: dict = {}  # what an answer about one has of a resource, as a schema
        self.components: dict = {}
        for resource in sources.resources.values():
            self.add_resource(resource)

    def add_schema(self, name: str, schema: dict) -> dict:
        """A schema of the contract as a component, its definitions as components beside it."""
        schema = copy.deepcopy(schema)
        schema.pop("$schema", None)
        named = {}
        for definition, its in schema.pop("definitions", {}).items():
            component = camel(definition)
            its = moved(its)
            if self.components.setdefault(component, its) != its:
                component = name + component
                self.components[component] = its
            named[definition] = component
        if any(camel(definition) != component for definition, component in named.items()):
            sys.exit(f"{name}: its definitions {sorted(named)} have the names of others that differ")
        self.components[name] = moved(schema)
        return ref("schemas", name)

    def schema_named(self, name: str) -> dict:
        """A schema of schemas/, or one that only this description has."""
        component = "IdAndEtag" if name == "retry-answer" else camel(name)
        if component in self.components:
            return ref("schemas", component)
        if name in self.sources.texts["schemas"]:
            return self.add_schema(component, self.sources.texts["schemas"][name])
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
        if field["kind"] in self.sources.texts["kinds"] and "description" not in its:
            its = {"description": self.sources.texts["kinds"][field["kind"]], **its}
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
