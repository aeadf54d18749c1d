"""What is said to whom is not admitted, or not yet."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from microdot import Response

from collector.web.admission import SIGN_IN, Doorkeeper, Verdict
from collector.web.answers import answer, refusal
from collector.web.assets import Asset
from collector.web.head import Head

FILE = "sign-in.html"
_HIDDEN = b" hidden"
"""In that file, what hides the line that a token was wrong."""

_REFUSALS: Mapping[Verdict, tuple[HTTPStatus, str]] = MappingProxyType(
    {
        Verdict.WRONG_HOST: (
            HTTPStatus.MISDIRECTED_REQUEST,
            "this name is not known here: add it to 'names' in [web]",
        ),
        Verdict.OTHER_SITE: (HTTPStatus.FORBIDDEN, "other sites may not ask"),
    }
)


def not_admitted(
    verdict: Verdict, head: Head, doorkeeper: Doorkeeper, assets: Mapping[str, Asset]
) -> Response:
    """Return the answer to a request that was judged so."""
    if verdict in _REFUSALS:
        return refusal(*_REFUSALS[verdict])
    if verdict is Verdict.SIGNED_IN:
        return _signed_in(head, doorkeeper)
    if head.path not in ("/", SIGN_IN):
        return refusal(HTTPStatus.UNAUTHORIZED, "the token is needed: Authorization: Bearer")
    page = assets[FILE]
    body = page.body.replace(_HIDDEN, b"") if verdict is Verdict.WRONG_TOKEN else page.body
    return answer(body, page.content_type, HTTPStatus.UNAUTHORIZED)


def _signed_in(head: Head, doorkeeper: Doorkeeper) -> Response:
    cookie = doorkeeper.cookie
    if head.headers.get("x-forwarded-proto") == "https":
        cookie += "; Secure"
    return answer(b"", "text/plain", HTTPStatus.SEE_OTHER, Location="/", Set_Cookie=cookie)
