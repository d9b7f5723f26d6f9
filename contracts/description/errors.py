"""The answers with errors: by status, with each code and what to do about it."""
import http

from description.schemas import Schemas
from description.sources import JSON, Sources, camel, data, filled, read, ref

FORMS = {
    "gateway": "GatewayError",
    "service": "ServiceError",
    "problem": "Problem",
    "token": "TokenError",
    "message": "MessageError",
}
ANY_ERROR = ["gateway", "service", "problem", "message"]


def code_of(error: dict) -> str:
    if error["form"] == "service":
        return "FLOW-" + error["code"]
    return error["title"] if error["form"] == "problem" else error.get("code", error["message"])


def example_of(error: dict) -> dict:
    message = error["message"]
    if error["form"] == "gateway":
        return {"error_code": error["code"], "message": message}
    if error["form"] == "token":
        return {"error": error["code"], "error_description": message}
    if error["form"] == "problem":
        return {"type": error["type"], "status": error["status"], "title": error["title"], "detail": message}
    if error["form"] == "message":
        return {"errorMessage": message, "errorDetails": message}
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


class Errors:
    def __init__(self, sources: Sources, schemas: Schemas) -> None:
        self.sources = sources
        self.schemas = schemas
        self.responses: dict = {}
        self.add_errors()

    def errors_by_status(self, forms: list[str]) -> dict[int, list[dict]]:
        by_status: dict[int, list[dict]] = {}
        words = {"singular": "resource", "type": "{type}"}
        of_each = [{**error, "advice": filled(error["advice"], words)} for error in self.sources.errors_of_each]
        seen = set()
        for error in self.sources.errors + of_each:
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
            self.schemas.add_schema(component, read(data / "schemas" / f"{file}.schema.json"))
        for status, errors in self.errors_by_status(ANY_ERROR).items():
            if status in self.own_statuses(ANY_ERROR):
                self.responses[camel(http.HTTPStatus(status).phrase)] = self.error_response(status, errors)
        self.responses["OtherError"] = {
            "description": "An error that no page mentions: of a gateway, or of the mock where it has no room left.",
            "content": {JSON: {"schema": self.error_schema(ANY_ERROR)}},
        }

    def error_responses(self, has_body: bool, has_version: bool, is_token: bool) -> dict:
        left_out = ([] if has_body else [415, 422]) + ([] if has_version else [412])
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
