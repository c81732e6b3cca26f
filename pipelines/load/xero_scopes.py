"""What tieout asks Xero to be allowed: granular scopes only, the others end in September 2027 (xero.md section 11)."""

SCOPES = (
    "accounting.manualjournals accounting.attachments accounting.settings.read accounting.reports.trialbalance.read "
    "accounting.invoices.read accounting.banktransactions.read"
)
"""What the close needs: journals with their history, the evidence on them, the chart, the trial balance; and bills,
credit notes and bank transactions, in which the tie-out looks for entries of others."""

OPTIONAL_SCOPES = "accounting.payments.read"
"""Where an app has it, the tie-out names payments that somebody coded to the stock account; where not, it says so."""

PERSON_SCOPES = f"offline_access {SCOPES} {OPTIONAL_SCOPES}"
"""For a person who signs in: also a refresh token."""
