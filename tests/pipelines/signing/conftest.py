"""The company and its warehouse, as the tests of steps have them."""

from tests.pipelines.steps.conftest import opened, settings

__all__ = ["opened", "settings"]
