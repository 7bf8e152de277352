"""Whom an emulator on this machine answers: programs of this machine, and no website that is open in a browser of it.

An emulator asks nobody who they are, lets any origin read its answers, and runs what it is given. A browser can be made
by any website to call an address of its own machine, and a website's name can be made to lead there (DNS rebinding). What
a browser says of a request in `Host`, `Origin` and `Sec-Fetch-*` no website can change: docs/decisions/0032.
"""

import re

# Names below `localhost` lead to this machine alone, in every browser.
HERE = re.compile(r"^(?:(?:[a-z0-9_-]+\.)*localhost|127\.0\.0\.1|\[::1\])(?::\d+)?\Z", re.IGNORECASE)

# The address of a function, which a link in a mail leads to.
FUNCTION = re.compile(r"^[a-z0-9-]+\.lambda-url\.[a-z0-9-]+\.localhost(?::\d+)?\Z", re.IGNORECASE)

# Who made a browser send it: the address itself, or a person who typed it.
OWN_SITES = ("same-origin", "none")


def refusal(method: str, headers: list[tuple[str, str]]) -> str | None:
    """Why a request is not answered; None where it is.

    `headers`: each name in lower case with its value, as they came.
    """
    hosts = [value for name, value in headers if name == "host"]
    given = dict(headers)
    if len(hosts) != 1 or not HERE.match(hosts[0]):
        return "it is not addressed to this machine"
    site = given.get("sec-fetch-site")
    if site is not None:
        allowed = site in OWN_SITES or _follows_link(method, hosts[0], given)
        return None if allowed else "another website sent it"
    # A browser too old to say more, or a program, which says nothing.
    origin = given.get("origin")
    return None if origin in (None, f"http://{hosts[0]}") else "another website sent it"


def _follows_link(method: str, host: str, given: dict[str, str]) -> bool:
    """A person follows a link, from a mail say, to a page that a function shows. Looking at it changes nothing."""
    return (
        method == "GET"
        and FUNCTION.match(host) is not None
        and given.get("sec-fetch-mode") == "navigate"
        and given.get("sec-fetch-dest") == "document"
    )
