"""What the fixtures of the extract tests are."""

from typing import Protocol

from pipelines.extract import ExtractReport, Source
from pipelines.extract.api.shapes import Api


class WriteSource(Protocol):
    """Write and read shop.yaml."""

    def __call__(self, text: str) -> Source:
        """The source of this YAML."""


class Extract(Protocol):
    """Extract shop.yaml."""

    def __call__(self, text: str, **apis: Api) -> ExtractReport:
        """What extracting the source of this YAML did."""
