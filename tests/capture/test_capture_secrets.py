"""A recording holds no secret of the configuration."""

import json
from pathlib import Path

import pytest

from collector.capture.secrets import HIDDEN, Cleaned, cleaned


def cleaned_text(tmp_path: Path, text: str, **environ: str) -> Cleaned:
    file = tmp_path / "collector.toml"
    file.write_text(f'[[source]]\nplugin = "x"\n{text}', "utf-8")
    return cleaned(file, environ)


@pytest.mark.parametrize(
    "line",
    [
        'password = "hunter22"',
        'api_key = "hunter22"',
        'meter.decryptionKey = "hunter22"',
        'auth = { token = "hunter22" }',
        'secrets = [{ psk = "hunter22" }]',
        'url = "http://me:hunter22@host/x"',
    ],
)
def test_a_secret_in_the_configuration_is_hidden_and_covered(tmp_path: Path, line: str) -> None:
    found = cleaned_text(tmp_path, line)

    assert "hunter22" not in json.dumps(found.tables)
    assert HIDDEN in json.dumps(found.tables)
    assert found.mask.over(b"<hunter22>") == b"<********>"


def test_a_reference_stays_as_it_is_written_and_what_it_leads_to_is_covered(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter22\n")

    found = cleaned_text(
        tmp_path, 'send = "LOGIN ${file:secret} ${METER_PASSWORD}"', METER_PASSWORD="open sesame"
    )

    assert found.tables[0]["send"] == "LOGIN ${file:secret} ${METER_PASSWORD}"
    assert found.mask.over(b"hunter22 open sesame") == b"******** ***********"


def test_what_is_no_secret_stays(tmp_path: Path) -> None:
    text = 'key = "temp"\nport = "${PORT:-/dev/ttyUSB0}"\npin = 17\nkey_file = "/etc/x.pem"'

    found = cleaned_text(tmp_path, text)

    assert text.splitlines()[1] == f'port = "{found.tables[0]["port"]}"'
    assert found.tables[0]["key"] == "temp"
    assert found.tables[0]["pin"] == 17
    assert found.mask.secrets == ()


def test_a_secret_of_three_letters_is_covered_nowhere_but_in_the_configuration(
    tmp_path: Path,
) -> None:
    found = cleaned_text(tmp_path, 'password = "abc"')

    assert found.tables[0]["password"] == HIDDEN
    assert found.mask.over(b"xabcx") == b"xabcx"
