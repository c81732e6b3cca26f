"""Tells a server on this machine from one elsewhere: limits of the real ones do not hold for it."""

from ipaddress import ip_address

import httpx


def is_loopback(url: str) -> bool:
    """Whether an address leads to this machine."""
    host = httpx.URL(url).host
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
