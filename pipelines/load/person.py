"""Who runs this process, for plans and approvals."""

import getpass
import os
import socket


def current_login() -> str:
    """Login of the operating system; its number where it has no name, as in some containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def current_host() -> str:
    """Name of this machine."""
    return socket.gethostname()
