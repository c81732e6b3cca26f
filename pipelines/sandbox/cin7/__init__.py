"""A local server that a client takes for Cin7 Omni: its transport rules after cin7.md, its rows from a folder of JSON.

serving.py        start it: `serve`, `running_sandbox`
app.py            the endpoints: user name and key, limits, lists, request log
questions.py      where, order, fields, page and rows
rows.py           the folder;  call_limits.py   calls a second, a minute and a day
"""

from pipelines.sandbox.cin7.app import create_app
from pipelines.sandbox.cin7.call_limits import NO_LIMITS, OMNI_LIMITS, CallLimits
from pipelines.sandbox.cin7.serving import running_sandbox, serve

__all__ = ["NO_LIMITS", "OMNI_LIMITS", "CallLimits", "create_app", "running_sandbox", "serve"]
