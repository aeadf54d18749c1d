"""A file that cannot be used gives one clear line before anything is sent."""

import pytest

from collector.errors import IdentityError
from collector.mqtt.tls import build_context


def refused(settings):
    with pytest.raises(IdentityError) as raised:
        build_context(settings)
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_key_that_others_can_read_is_refused_with_file_and_mode(
    authority, settings_for, mode, tmp_path
):
    pair = authority.issue(f"open-{mode:o}")
    pair.key_file.chmod(mode)

    text = refused(settings_for(1, pair))

    assert str(pair.key_file) in text
    assert f"{mode:04o}" in text
    assert "chmod 600" in text


def test_a_key_that_only_its_owner_can_read_is_taken(settings_for, client_pair):
    client_pair.key_file.chmod(0o400)

    build_context(settings_for(1, client_pair))


def test_a_missing_key_is_named(settings_for, client_pair, tmp_path):
    text = refused(settings_for(1, client_pair, key_file=tmp_path / "no.key"))

    assert f"{tmp_path}/no.key" in text
    assert "No such file" in text


def test_a_missing_certificate_is_named(settings_for, client_pair, tmp_path):
    text = refused(settings_for(1, client_pair, certificate_file=tmp_path / "no.crt"))

    assert f"{tmp_path}/no.crt" in text


def test_half_a_certificate_is_named(settings_for, client_pair, tmp_path):
    half = tmp_path / "half.crt"
    half.write_bytes(client_pair.certificate_file.read_bytes()[:200])

    assert str(half) in refused(settings_for(1, client_pair, certificate_file=half))


def test_a_certificate_of_another_key_is_named(authority, settings_for, client_pair):
    other = authority.issue("other")

    text = refused(settings_for(1, client_pair, key_file=other.key_file))

    assert str(other.key_file) in text
    assert "KEY_VALUES_MISMATCH" in text


def test_a_missing_ca_file_is_named(settings_for, tmp_path):
    assert f"{tmp_path}/no.crt" in refused(settings_for(1, ca_file=tmp_path / "no.crt"))


def test_a_ca_file_without_a_certificate_is_named(settings_for, tmp_path):
    (tmp_path / "ca.crt").write_text("nothing of the kind")

    assert "no certificate" in refused(settings_for(1, ca_file=tmp_path / "ca.crt"))
