"""Imports point one way, and what has a side effect stays in pipelines: read from the code with ast."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

MAY_IMPORT = {
    "schemas": {"schemas"},
    "transforms": {"schemas", "transforms"},
    "mappings": {"schemas", "mappings"},
    "pipelines": {"schemas", "transforms", "mappings", "pipelines"},
}
"""schemas <- transforms <- pipelines, and schemas <- mappings <- pipelines."""

LIBRARIES = {
    "schemas": {"polars", "pandera"},
    "transforms": {"polars", "numpy", "rustworkx"},
    "mappings": {"polars", "pandera", "yaml", "jsonschema"},
}
"""The libraries that a package may use; pipelines may use any."""

COMPILED = "transforms/costing/kernel/"
"""The compiled loop: it alone knows Numba, and its way of keeping compiled code in a folder."""

SIDE_EFFECTS = {
    "asyncio", "ftplib", "http", "logging", "multiprocessing", "os", "pathlib", "random", "shutil", "socket", "sqlite3",
    "subprocess", "sys", "tempfile", "threading", "time", "urllib",
}  # fmt: skip
"""Files, clock, network and process: modules that a transform has no business with."""

CLOCK = {"now", "today", "utcnow"}
DUCKDB_MODULES = {"pipelines/warehouse/", "pipelines/extract/source_sql.py"}
SLOW_AT_START = {"polars", "pandera", "duckdb", "prefect", "fastapi", "uvicorn", "httpx"}


def _modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def _tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"), str(module))


def _imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Full names of what a module imports, with their lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide which package they reach"
            yield str(node.module), node.lineno


def _is_compiled(module: Path) -> bool:
    return module.relative_to(ROOT).as_posix().startswith(COMPILED)


def _place(module: Path, line: int) -> str:
    return f"{module.relative_to(ROOT).as_posix()}:{line}"


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_arrows_point_one_way(package: str) -> None:
    wrong = [
        f"{_place(module, line)} imports {name}"
        for module in _modules(package)
        for name, line in _imports(_tree(module))
        if (top := name.split(".")[0]) in MAY_IMPORT and top not in MAY_IMPORT[package]
    ]

    assert wrong == []


@pytest.mark.parametrize("package", LIBRARIES)
def test_only_pipelines_uses_other_libraries(package: str) -> None:
    allowed = LIBRARIES[package] | set(sys.stdlib_module_names) | set(MAY_IMPORT)
    wrong = [
        f"{_place(module, line)} imports {name}"
        for module in _modules(package)
        for name, line in _imports(_tree(module))
        if name.split(".")[0] not in allowed and not (name.startswith("numba") and _is_compiled(module))
    ]

    assert wrong == []


@pytest.mark.parametrize("package", ["schemas", "transforms"])
def test_transforms_have_no_file_clock_network_or_process(package: str) -> None:
    imported = [
        f"{_place(module, line)} imports {name}"
        for module in _modules(package)
        for name, line in _imports(_tree(module))
        if name.split(".")[0] in SIDE_EFFECTS and not _is_compiled(module)
    ]
    asked = [
        f"{_place(module, node.lineno)} asks the clock"
        for module in _modules(package)
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.Attribute) and node.attr in CLOCK
    ]

    assert imported + asked == []


def test_only_the_warehouse_and_the_source_sql_know_duckdb() -> None:
    wrong = [
        _place(module, line)
        for package in MAY_IMPORT
        for module in _modules(package)
        for name, line in _imports(_tree(module))
        if name.split(".")[0] == "duckdb" and not module.relative_to(ROOT).as_posix().startswith(tuple(DUCKDB_MODULES))
    ]

    assert wrong == []


def test_modules_with_duckdb_keep_their_annotations_as_text() -> None:
    """A live annotation of a DuckDB type outlives DuckDB's module, which then reports a leak on the user's terminal."""
    using = [
        module
        for module in _modules("pipelines")
        if any(name.split(".")[0] == "duckdb" for name, _ in _imports(_tree(module)))
    ]
    wrong = [_place(module, 1) for module in using if ("__future__", "annotations") not in _future(_tree(module))]

    assert wrong == [], "write `from __future__ import annotations` at the top"


def _future(tree: ast.Module) -> set[tuple[str, str]]:
    return {
        (str(node.module), alias.name) for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }


def test_the_command_line_imports_what_is_slow_only_when_it_is_needed() -> None:
    wrong = [
        f"{_place(module, node.lineno)} imports {name}"
        for module in _modules("pipelines/cli")
        for node in _tree(module).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name, _ in _imports(ast.Module([node], []))
        if name.split(".")[0] in SLOW_AT_START
    ]

    assert wrong == []


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_every_module_opens_with_one_sentence(package: str) -> None:
    texts = {module: ast.get_docstring(_tree(module)) for module in _modules(package)}

    assert [
        _place(module, 1) for module, text in texts.items() if not (text and text.split("\n\n")[0].endswith("."))
    ] == []
