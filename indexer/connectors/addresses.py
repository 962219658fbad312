"""Which addresses may be called: a vendor's origins, this machine where it was passed, public hosts for files."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
LOCAL = ("127.0.0.1", "localhost", "::1")


def parts(url: str) -> SplitResult | None:
    """The parts of an http(s) URL with a host and nothing that could mislead (user info, blanks, odd ports)."""
    if any(ord(sign) < 33 or sign == "\\" for sign in url):
        return None
    try:
        found = urlsplit(url)
        port = found.port
    except ValueError:
        return None
    if found.scheme not in ("http", "https") or not found.hostname or "@" in found.netloc or port == 0:
        return None
    return found


def origin_of(url: str) -> str | None:
    """``https://host`` or ``https://host:port``, in lower case and without a default port."""
    if (found := parts(url)) is None:
        return None
    host = f"[{found.hostname}]" if ":" in (found.hostname or "") else found.hostname
    usual = {"http": 80, "https": 443}[found.scheme]
    return f"{found.scheme}://{host}" + ("" if found.port in (None, usual) else f":{found.port}")


def is_local(origin: str) -> bool:
    found = parts(origin)
    return found is not None and found.hostname in LOCAL


def is_public(address: str) -> bool:
    """An address of the open internet, whatever it is wrapped in (mapped, NAT64, 6to4, Teredo)."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is None and found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast


def addresses_of(host: str) -> Sequence[str]:
    """Every address of a host. Raises OSError."""
    return list(dict.fromkeys(str(entry[4][0]) for entry in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)))
