"""The OpenAPI document, as far as samples need it: what an operation spoils, and where the things are made."""

import re

#: A path parameter.
PARAMETER = re.compile(r"{([^}]+)}")


class Operation:
    """What the document says of one operation."""

    def __init__(self, document, path, method, raw):
        self.id, self.path, self.method = raw["operationId"], path, method.upper()
        parameters = [document.resolved(parameter) for parameter in raw.get("parameters", [])]
        self.parameters = {parameter["name"]: parameter for parameter in parameters}
        #: Those of which any value that fits the document will do.
        self.free = {name for name, one in self.parameters.items() if "enum" in document.resolved(one.get("schema", {}))}
        self.demands_version = self.parameters.get("If-Match", {}).get("required", False)
        self.creates = "201" in raw["responses"]
        #: Whether the same can hardly be asked of the same thing again: it goes, or it changes its state.
        self.spoils = method == "delete" or (method == "post" and "get" not in document.paths[path])
        self.can_be_read = "get" in document.paths[path]
        content = document.resolved(raw.get("requestBody", {})).get("content", {})
        self.example = next((document.example(one) for media, one in content.items() if media.endswith("json")), None)

    def places(self):
        """The parameters of the address in their order, each with the collection before it."""
        segments = self.path.split("/")
        for before, segment in zip(segments, segments[1:]):
            for name in PARAMETER.findall(segment):
                yield name, before


class Document:
    """The operations of a served document by their id."""

    def __init__(self, raw):
        self.raw, self.paths = raw, raw["paths"]
        self.operations = {
            one["operationId"]: Operation(self, path, method, one)
            for path, item in self.paths.items()
            for method, one in item.items()
            if isinstance(one, dict) and "operationId" in one
        }

    def resolved(self, value):
        """What a reference leads to."""
        while "$ref" in value:
            target = self.raw
            for part in value["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            value = target
        return value

    def example(self, content):
        """The example of a body, or of its schema."""
        schema = self.resolved(content.get("schema", {}))
        examples = [content.get("example"), schema.get("example"), *schema.get("examples", [])]
        return next((example for example in examples if example is not None), None)

    def maker(self, collection):
        """The operation that makes things of a collection."""
        for operation in self.operations.values():
            if operation.creates and not operation.spoils and operation.path.endswith(f"/{collection}"):
                return operation
        raise LookupError(f"nothing makes {collection}")
