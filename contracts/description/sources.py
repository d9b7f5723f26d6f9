"""The files that the description derives from, and the words in them."""
import json
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]
data = root / "contracts" / "data"
catalogue = root / "mock_server" / "seed" / "catalogue"

JSON = "application/json"


def read(path: pathlib.Path):
    return json.loads(path.read_text())


def camel(words: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[ _-]", words))


def ref(kind: str, name: str) -> dict:
    return {"$ref": f"#/components/{kind}/{name}"}


def filled(text: str, words: dict) -> str:
    for name, word in words.items():
        text = text.replace("{" + name + "}", word)
    return re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text)


class Sources:
    """The contract's other data."""

    def __init__(self) -> None:
        self.texts = read(data / "descriptions.json")
        operations = read(data / "operations.json")
        self.operations = operations["operations"]
        self.verbs = operations["verbs"]
        self.resources = {file.stem: read(file) for file in sorted((data / "resources").glob("*.json"))}
        errors = read(data / "errors.json")
        self.errors = errors["errors"]
        self.errors_of_each = errors["ofEachResource"]
        self.matters = read(data / "readings.json")["matters"]

    def text_of(self, kind: str, name: str) -> dict:
        if name not in self.texts[kind]:
            sys.exit(f"descriptions.json: {kind} lacks {name}")
        return self.texts[kind][name]
