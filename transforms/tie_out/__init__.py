"""The tie-out in parts: each cause of a variance is computed from its own documents, in a module of its own.

steps.py              the steps from the ledger to Xero's balance, and the columns of a cause's rows
ledger.py             what the stock ledger holds, and timing between it and the accounts
journals.py           our journals: wanted against what stands in Xero
journal_versions.py   one journal and its versions: edited, voided, draft, twice, later, missing
bills.py              supplier bills: which document of Xero is which bill of the source
bill_differences.py   one bill and its document: rate, rounding, account, amounts
charges.py            carriers' bills on clearing accounts: which line of Xero is which charge
foreign.py            what is in Xero and is nobody's that we know
clearing.py           clearing accounts: what is open on them, by order and age
stock_on_hand.py      the gate before all: units and value against the source's own stock on hand
first_day.py          the first day on which two balances differ, by halving the days between
"""
