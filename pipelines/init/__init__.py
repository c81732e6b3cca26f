"""Proposes a company's mappings from what Xero and Cin7 say: `tieout init`.

facts.py         what is known of both ends, as plain values
xero_facts.py    read from Xero
cin7_facts.py    read from Cin7's API, or from core tables
decisions.py     a choice, its options with their reasons, and who decides: a person, or the first option
account_words.py which names speak for which role
accounts.py, adjustments.py, charges.py, tracking.py, terms.py    the choices of each file
proposal.py      all of it together; read this first
files.py         the YAML that is written
writing.py       what differs from the files that are there, and what is written
"""
