"""Who is answered: those who name a host that is ours and, where there is a token, know it."""

import hashlib
import hmac
import ipaddress
import re
import socket
from collections.abc import Iterable
from enum import Enum, auto

from collector.web.head import Head
from collector.web.options import WebOptions

COOKIE_DAYS = 30
PUBLIC = "/static/"
"""Our own files, which tell nothing of this machine: what asks for the token is drawn with them."""

SIGN_IN = "/sign-in"
"""Gives the cookie to who sends the token in a header, so that it stands in no address."""

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?")
_SCHEME = "bearer "


class Verdict(Enum):
    """What becomes of a request."""

    ADMITTED = auto()
    SIGNED_IN = auto()
    """The token is to be exchanged for the cookie, and to leave the address if it was there."""

    NO_TOKEN = auto()
    WRONG_TOKEN = auto()
    WRONG_HOST = auto()
    OTHER_SITE = auto()
    """Another site's page had a visitor's browser ask."""


class Doorkeeper:
    """Judges requests. Every comparison of a secret takes the same time.

    A page of strangers can make a visitor's browser ask for a name of theirs that leads here. The
    browser then takes our answer for theirs, but names their host; so a host has to be an address,
    which no stranger can own, or a name that is known to be ours.
    """

    def __init__(self, options: WebOptions) -> None:
        self._token = options.token.encode()
        self._cookie = _derived(self._token) if self._token else ""
        self._names = frozenset(_own_names([options.host, *options.names]))
        self.cookie_name = f"collector_{options.port}"

    @property
    def cookie(self) -> str:
        """The cookie of who knows the token; the token cannot be told from it."""
        kept_s = COOKIE_DAYS * 86_400
        return (
            f"{self.cookie_name}={self._cookie}; Path=/; Max-Age={kept_s}; HttpOnly;"
            " SameSite=Strict"
        )

    def judge(self, head: Head) -> Verdict:
        """Return what becomes of a request."""
        if not self._is_ours(head.headers.get("host", "")):
            return Verdict.WRONG_HOST
        if _is_from_another_site(head):
            return Verdict.OTHER_SITE
        if not self._token or head.path.startswith(PUBLIC):
            return Verdict.ADMITTED
        return self._judge_token(head)

    def _judge_token(self, head: Head) -> Verdict:
        if _is_same(head.cookie(self.cookie_name), self._cookie):
            return Verdict.ADMITTED
        authorization = head.headers.get("authorization", "")
        if authorization[: len(_SCHEME)].lower() == _SCHEME:
            right = Verdict.SIGNED_IN if head.path == SIGN_IN else Verdict.ADMITTED
            return self._judged(authorization[len(_SCHEME) :].strip(), right)
        given = head.query("token") if head.path == "/" else ""
        return self._judged(given, Verdict.SIGNED_IN) if given else Verdict.NO_TOKEN

    def _judged(self, given: str, right: Verdict) -> Verdict:
        return right if _is_same(given, self._token.decode()) else Verdict.WRONG_TOKEN

    def _is_ours(self, host: str) -> bool:
        match = _HOST.fullmatch(host)
        return match is not None and (_is_address(match[1]) or match[1].lower() in self._names)


def _is_from_another_site(head: Head) -> bool:
    """Tell whether a browser says so. A link from elsewhere to the page is none of this.

    Browsers tell the site by `Sec-Fetch-Site` where they trust the connection, and else by `Origin`
    with what scripts ask of other hosts; with what they ask of their own, they leave that out.
    """
    site = head.headers.get("sec-fetch-site", "")
    if site in ("cross-site", "same-site"):
        return not (head.path == "/" and head.headers.get("sec-fetch-mode") == "navigate")
    origin = head.headers.get("origin")
    return not site and origin is not None and origin.partition("://")[2] != head.headers["host"]


def _own_names(given: Iterable[str]) -> set[str]:
    own = socket.gethostname().lower()
    return {"localhost", own, f"{own.partition('.')[0]}.local", *(name.lower() for name in given)}


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _is_same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(), right.encode())


def _derived(token: bytes) -> str:
    return hmac.new(token, b"collector status page", hashlib.sha256).hexdigest()
