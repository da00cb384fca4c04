"""From whom a request came, as a text that counts and logs can use."""

from ipaddress import IPv6Address, IPv6Network, ip_address

COUNTED_BITS = 64  # of an IPv6 address: what one household or phone has to itself


def clean_address(given: str) -> str:
    """One address as proxies write it (in brackets, with a port, IPv4 inside of IPv6), or an empty text."""
    text = given.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    inside = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(inside or address)


def counted_as(address: str) -> str:
    """The address under which limits count: of IPv6 the first of its /64, for each host has 2^64 of its own."""
    if ":" not in address:
        return address
    return str(IPv6Network((address, COUNTED_BITS), strict=False).network_address)


def is_of_a_proxy(peer: str) -> bool:
    """Whether this peer may be a proxy of the city: an address of this machine or of a private network."""
    return bool(peer) and not ip_address(peer).is_global
