"""Who is answered, and that nothing of the token can be learned."""

import socket

import pytest

from collector.web.admission import Doorkeeper, Verdict
from collector.web.head import Head
from collector.web.options import WebOptions

TOKEN = "0123456789abcdef0123456789abcdef"


def doorkeeper(**options):
    return Doorkeeper(WebOptions(host="127.0.0.1", port=8080, **options))


def head(target="/", **headers):
    return Head("GET", target, {"host": "localhost:8080", **headers})


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8080",
        "127.0.0.1:8080",
        "192.168.7.1",
        "[::1]:8080",
        socket.gethostname(),
        "page.example",
    ],
)
def test_our_own_names_and_every_address_are_answered(host):
    assert Verdict.ADMITTED is doorkeeper(names=("page.example",)).judge(head(host=host))


@pytest.mark.parametrize(
    "host", ["", "evil.example", "localhost.evil.example", "[evil]", "a b", "localhost:x", "1.2.3"]
)
def test_a_name_that_strangers_may_own_is_not_answered(host):
    assert Verdict.WRONG_HOST is doorkeeper().judge(head(host=host))


def test_without_a_token_everybody_is_admitted():
    assert Verdict.ADMITTED is doorkeeper().judge(head("/?token=anything"))


def test_with_a_token_nobody_is_admitted_without():
    assert Verdict.NO_TOKEN is doorkeeper(token=TOKEN).judge(head("/api/status"))


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_the_token_in_the_header_is_enough(scheme):
    judged = doorkeeper(token=TOKEN).judge(head("/metrics", authorization=f"{scheme} {TOKEN}"))

    assert Verdict.ADMITTED is judged


def test_the_token_in_the_address_of_the_page_signs_in():
    assert Verdict.SIGNED_IN is doorkeeper(token=TOKEN).judge(head(f"/?token={TOKEN}"))


def test_the_token_in_another_address_does_not():
    judged = doorkeeper(token=TOKEN).judge(head(f"/metrics?token={TOKEN}"))

    assert Verdict.NO_TOKEN is judged


@pytest.mark.parametrize("wrong", ["x", TOKEN[:-1], TOKEN + "0", "Bearer", "\xe4"])
def test_a_wrong_token_is_refused_wherever_it_is(wrong):
    door = doorkeeper(token=TOKEN)

    assert Verdict.WRONG_TOKEN is door.judge(head("/", authorization=f"Bearer {wrong}"))
    assert Verdict.WRONG_TOKEN is door.judge(head(f"/?token={wrong}"))
    assert Verdict.NO_TOKEN is door.judge(head("/", cookie=f"collector_8080={wrong}"))


def test_the_cookie_admits_and_does_not_hold_the_token():
    door = doorkeeper(token=TOKEN)
    pair = door.cookie.partition(";")[0]

    assert Verdict.ADMITTED is door.judge(head("/api/events", cookie=f"other=1; {pair}"))
    assert TOKEN not in door.cookie


def test_the_cookie_is_kept_from_scripts_and_from_other_sites():
    cookie = doorkeeper(token=TOKEN).cookie

    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))


def test_the_cookie_of_another_token_is_refused():
    pair = doorkeeper(token=TOKEN[::-1]).cookie.partition(";")[0]

    assert Verdict.NO_TOKEN is doorkeeper(token=TOKEN).judge(head("/", cookie=pair))


def test_files_that_tell_nothing_need_no_token():
    assert Verdict.ADMITTED is doorkeeper(token=TOKEN).judge(head("/static/style.css"))


def test_the_token_is_in_no_representation():
    assert TOKEN not in repr(WebOptions(host="h", port=1, token=TOKEN))


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
        {"origin": "http://evil.example"},
        {"origin": "http://localhost:8081"},
        {"origin": "null"},
    ],
)
def test_what_other_sites_have_a_browser_ask_is_not_answered(headers):
    for token in ("", TOKEN):
        judged = doorkeeper(token=token).judge(head("/api/events", **headers))

        assert Verdict.OTHER_SITE is judged


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
        {"sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"},
        {"sec-fetch-site": "none", "sec-fetch-mode": "navigate"},
        {"origin": "http://localhost:8080"},
    ],
)
def test_links_from_elsewhere_and_the_page_itself_are_answered(headers):
    assert Verdict.ADMITTED is doorkeeper().judge(head("/", **headers))


def test_the_token_in_a_header_signs_in_where_the_form_sends_it():
    judge = doorkeeper(token=TOKEN).judge

    assert Verdict.SIGNED_IN is judge(head("/sign-in", authorization=f"Bearer {TOKEN}"))
    assert Verdict.WRONG_TOKEN is judge(head("/sign-in", authorization="Bearer wrong"))
    assert Verdict.NO_TOKEN is judge(head(f"/sign-in?token={TOKEN}"))
