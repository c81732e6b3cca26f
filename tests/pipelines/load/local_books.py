"""The local Xero as a person sees it: what stands in its books, what it was asked, and what a person changes there."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import httpx


class LocalBooks:
    """A running local Xero, past the API."""

    def __init__(self, url: str, log: Path) -> None:
        self.url = url
        self._log = log
        self._http = httpx.Client(base_url=f"{url}/_sandbox", timeout=30)

    def __enter__(self) -> "LocalBooks":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def standing(self) -> dict[str, str]:
        """Tag -> debit total of every journal that counts in the books; a tag that stands twice fails."""
        found: dict[str, str] = {}
        for journal in self.journals():
            tag = str(journal["narration"]).split()[0]
            if journal["status"] == "POSTED":
                assert tag not in found, f"{tag} stands twice"
                found[tag] = next(line["amount"] for line in journal["lines"] if not line["amount"].startswith("-"))
        return found

    def statuses(self) -> dict[str, str]:
        """Tag -> status of every journal that was ever made; a tag that was made twice fails."""
        tags = [str(journal["narration"]).split()[0] for journal in self.journals()]
        assert max(Counter(tags).values(), default=1) == 1, "a tag was made twice"
        return dict(zip(tags, (str(journal["status"]) for journal in self.journals()), strict=True))

    def journals(self) -> list[dict[str, Any]]:
        """Every journal."""
        found: list[dict[str, Any]] = self._http.get("/journals").raise_for_status().json()["journals"]
        return found

    def balance(self, account: str, day: str) -> str:
        """Balance of an account at the end of a day."""
        found = self._http.get("/balances", params={"date": day}).raise_for_status().json()["balances"]
        return str(found.get(account, "0.00"))

    def narration(self, tag: str) -> str:
        """The whole narration of a journal."""
        return next(str(one["narration"]) for one in self.journals() if str(one["narration"]).split()[0] == tag)

    def requests(self) -> list[dict[str, Any]]:
        """The request log."""
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        return [json.loads(line) for line in lines]

    def writes(self) -> list[str]:
        """Method and path of every write that arrived, in order."""
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        entries = [json.loads(line) for line in lines]
        return [
            f"{entry['method']} {entry['path']}"
            for entry in entries
            if entry["method"] != "GET" and entry["path"].lower().startswith("/api.xro")
        ]

    def change(self, path: str, /, **content: object) -> None:
        """What a person does in Xero's own pages: accounts, lock-date, faults."""
        self._http.post(f"/{path}", json=content).raise_for_status()

    def waiting(self) -> int:
        """Writes that got no answer and will be done later."""
        return int(self._http.get("/late-commits").raise_for_status().json()["waiting"])

    def end_faults(self) -> None:
        """Switch all faults off."""
        self._http.delete("/faults").raise_for_status()
