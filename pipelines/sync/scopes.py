"""Says which scopes of Xero the kinds of documents.yaml need and this sign-in does not have (xero.md section 11)."""

from collections.abc import Collection

from pipelines.load.credentials import find_credentials
from pipelines.load.xero_scopes import missing_scopes, sync_scopes
from pipelines.load.xero_tokens import ScopesRefused
from pipelines.settings import Settings
from schemas.problems import Problem


def check_scopes(settings: Settings, kinds: Collection[str]) -> list[Problem]:
    """What the document sync would be refused, as problems; empty: nothing.

    Args:
        settings: how this process signs in.
        kinds: words of SYNC_KINDS that are on.

    Raises:
        UsageProblem, Incomplete: nobody can sign in, or the token server cannot be reached (exit 2, 7).
    """
    needed = sync_scopes(kinds)
    try:
        token = find_credentials(settings, scopes=needed).source.token()
    except ScopesRefused:
        lacking = needed.split()
        words = "the app has not all of the scopes that the kinds of documents.yaml need"
    else:
        lacking = missing_scopes(token.get_secret_value(), needed)
        words = "this sign-in lacks scopes that the kinds of documents.yaml need"
    if not lacking:
        return []
    fix = f"Enable on the app: {', '.join(lacking)}; a person then signs in again: tieout connect"
    return [Problem("Xero", words, fix)]
