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


def name_server(url: str) -> str:
    """Whose rows these are: a host, and on this machine the port too, for each local server is a company of its own."""
    address = httpx.URL(url)
    return f"{address.host}:{address.port}" if is_loopback(url) and address.port else address.host
