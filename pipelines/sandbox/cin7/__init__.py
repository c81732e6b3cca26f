"""A local server that a client takes for Cin7 Omni and Cin7 Core: rules after cin7.md, rows from a folder of JSON.

serving.py        start it: `serve`, `running_sandbox`
app.py            the endpoints: user name and key, limits, lists, request log
questions.py      where, order, fields, page and rows
rows.py           the folder;  call_limits.py   calls a second, a minute and a day
core/             Core's API v2
faults.py         what can go wrong on purpose: fault_calls.py for calls, row_faults.py for rows
"""

from pipelines.sandbox.cin7.app import create_app
from pipelines.sandbox.cin7.call_limits import NO_LIMITS, OMNI_LIMITS, CallLimits
from pipelines.sandbox.cin7.core import CORE_LIMITS
from pipelines.sandbox.cin7.faults import Fault, parse_fault
from pipelines.sandbox.cin7.serving import running_sandbox, serve

__all__ = [
    "CORE_LIMITS",
    "NO_LIMITS",
    "OMNI_LIMITS",
    "CallLimits",
    "Fault",
    "create_app",
    "parse_fault",
    "running_sandbox",
    "serve",
]
