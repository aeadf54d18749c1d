"""The status page is never open to strangers by mistake."""

import pytest

TOKEN = "0123456789abcdef"
ON = "[web]\nenabled = true\n"


@pytest.fixture
def token_file(tmp_path):
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    file.chmod(0o600)
    return file


def test_the_page_is_off_by_default_and_then_for_this_machine_alone(load_text):
    table = load_text("").web

    assert (False, "127.0.0.1", 18885, None) == (
        table.enabled,
        table.host,
        table.port,
        table.token_file,
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_on_loopback_it_needs_no_token(load_text, host):
    assert host == load_text(f'{ON}host = "{host}"').web.host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "gateway.local"])
def test_elsewhere_it_is_refused_without_a_token(complaints_of, host):
    [line] = complaints_of(f'{ON}host = "{host}"')

    assert f"web.token_file: must be set, for others can reach {host}" in line


def test_elsewhere_it_is_taken_with_a_token(load_text, token_file):
    assert token_file == load_text(f'{ON}host = "0.0.0.0"\ntoken_file = "token"').web.token_file


def test_a_page_that_is_off_needs_nothing(load_text):
    load_text('[web]\nhost = "0.0.0.0"\ntoken_file = "nowhere"')


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [
        (TOKEN[:-1], 0o600, "must hold one line of at least 16 characters"),
        (f"{TOKEN}\n{TOKEN}", 0o600, "must hold one line"),
        (TOKEN, 0o644, "has mode 0644, so anybody may read it: chmod o-r"),
        ("ä" * 20, 0o600, "holds no plain text"),
        (None, 0, "cannot be read: No such file or directory"),
    ],
)
def test_a_token_that_protects_nothing_is_refused(complaints_of, token_file, content, mode, words):
    token_file.unlink()
    if content is not None:
        token_file.write_text(content)
        token_file.chmod(mode)

    [line] = complaints_of(f'{ON}token_file = "token"')

    assert "3:1: web.token_file: " in line
    assert words in line
    assert TOKEN not in line


@pytest.mark.parametrize("name", ["", "a b", "http://x", "x/y", "-x"])
def test_a_name_that_no_host_has_is_refused(complaints_of, name):
    assert complaints_of(f'{ON}names = ["{name}"]')
