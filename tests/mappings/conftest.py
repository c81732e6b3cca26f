"""A small company whose mappings hold; each test breaks the file that it is about."""

from collections.abc import Callable
from pathlib import Path

import pytest

FILES = {
    "accounts": 'accounts:\n  stock_on_hand: "630"\n  cogs: "310"\n',
    "taxes": "tax_types: {}\n",
    "tracking": "categories: []\n",
    "landed_costs": "charges: {}\n",
    "adjustments": "reasons: {}\n",
    "corrections": "corrections: []\n",
    "close": "close:\n  source: omni\n  first_period: 2026-09\n",
}

Company = Callable[..., Path]


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """Writes the company's mappings below the current folder, with other text or bytes for the files named."""
    monkeypatch.chdir(tmp_path)

    def write(**changed: str | bytes) -> Path:
        folder = tmp_path / "mappings"
        folder.mkdir(exist_ok=True)
        for name, content in {**FILES, **changed}.items():
            data = content if isinstance(content, bytes) else content.encode()
            (folder / f"{name}.yaml").write_bytes(data)
        return folder

    return write
