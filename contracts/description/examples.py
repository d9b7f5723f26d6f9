"""Examples of bodies and answers: documented ones, and those that the seed has."""
from description.sources import Sources, catalogue, data, read


class Examples:
    def __init__(self, sources: Sources) -> None:
        self.sources = sources

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
        names = self.sources.texts["examples"].get(entry["name"], [])
        examples = {name: {"value": read(data / "examples" / f"{name}.json")} for name in names}
        if form is None or examples:
            return examples
        if form == "token-answer":
            return {"documented": {"value": self.sources.texts["bodies"]["token"]}}
        if form in self.sources.texts["bodies"]:
            return {"example": {"value": self.sources.texts["bodies"][form]}}
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
