"""The README that a plugin is held to is the one that is being written."""

import importlib.metadata
import json

import pytest

from collector.testkit.contract.readme import readme_of

METADATA = "Metadata-Version: 2.1\nName: collector-pump\nVersion: 1\n\nas it was installed\n"


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Install a distribution that was installed like that; the place where it is edited."""

    def install(**origin):
        info = tmp_path / "site/collector_pump-1.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(METADATA)
        if origin:
            (info / "direct_url.json").write_text(json.dumps(origin))
        monkeypatch.syspath_prepend(str(info.parent))
        importlib.invalidate_caches()

    source = tmp_path / "my plugins"
    source.mkdir()
    (source / "README.md").write_text("as it is now")
    return install, source.as_uri()


def test_what_is_installed_in_editable_mode_has_the_readme_that_is_edited(installed):
    install, source = installed
    install(url=source, dir_info={"editable": True})

    assert "as it is now" == readme_of("collector-pump")


@pytest.mark.parametrize("info", [{}, {"dir_info": {}}])
def test_anything_else_has_the_readme_of_its_metadata(installed, info):
    install, source = installed
    install(**({"url": source, **info} if info else {}))

    assert "as it was installed\n" == readme_of("collector-pump")


def test_what_is_not_installed_has_none():
    assert "" == readme_of("collector-nothing-of-the-kind")
