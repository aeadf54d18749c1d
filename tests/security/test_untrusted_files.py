"""Files that everybody on the machine may change: neither obeyed nor run."""

import importlib.metadata
import sys

import pytest

from collector.config import load
from collector.errors import ConfigError, PluginError
from collector.plugin import trust
from collector.plugin.loader import PluginLoader
from collector.plugin.trust import code_open_to_all, open_to_all

MODULE = """
import pathlib
from collector import hookimpl, SourceKind
pathlib.Path(__file__).with_name("imported").touch()
"""


@pytest.fixture
def config(tmp_path):
    file = tmp_path / "site" / "collector.toml"
    file.parent.mkdir()
    file.write_text("")
    return file


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of a plugin that leaves a trace when it is imported."""
    package = tmp_path / "site-packages" / "evil_plugin"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "plugin.py").write_text(MODULE)
    (package / "__pycache__").mkdir()
    monkeypatch.syspath_prepend(package.parent)
    yield package
    for name in [name for name in sys.modules if name.startswith("evil_plugin")]:
        del sys.modules[name]


def _load(package):
    entry_point = importlib.metadata.EntryPoint("evil", "evil_plugin.plugin", "collector.plugins")
    PluginLoader([entry_point]).load("evil")


def test_a_configuration_that_everybody_may_write_is_refused_with_what_to_do(config):
    config.chmod(0o646)

    with pytest.raises(ConfigError) as refused:
        load(config)

    assert (
        f"{config}: is not to be trusted: {config} has mode 0646, so anybody may change it: "
        f"chmod o-w {config}"
    ) == str(refused.value)


@pytest.mark.parametrize("mode", [0o777, 0o703, 0o722])
def test_a_configuration_in_a_directory_that_everybody_may_write_is_refused(config, mode):
    config.parent.chmod(mode)

    with pytest.raises(ConfigError, match=f"{config.parent} has mode {mode:04o}"):
        load(config)


def test_a_drop_in_that_everybody_may_write_is_refused(config):
    drop_in = config.with_suffix(".d") / "10-more.toml"
    drop_in.parent.mkdir()
    drop_in.write_text("")
    drop_in.chmod(0o666)

    with pytest.raises(ConfigError, match=r"10-more\.toml: is not to be trusted"):
        load(config)


def test_a_drop_in_of_a_stranger_is_refused(config, monkeypatch):
    drop_in = config.with_suffix(".d") / "10-more.toml"
    drop_in.parent.mkdir()
    drop_in.write_text("")
    monkeypatch.setattr(
        "collector.config.files.is_owned_by_trusted", lambda path, like: path != drop_in
    )

    with pytest.raises(ConfigError, match=r"10-more\.toml: is not to be trusted: it is not owned"):
        load(config)


def test_owners_that_are_trusted_are_we_root_and_that_of_the_main_file(config, monkeypatch):
    mine = config.stat().st_uid
    monkeypatch.setattr(trust.os, "geteuid", lambda: mine + 1)
    other = config.with_name("other.toml")
    other.write_text("")

    assert trust.is_owned_by_trusted(other, like=config)
    assert trust.is_owned_by_trusted(other, like=config.parent)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o664])
def test_a_configuration_of_ones_own_or_of_a_group_is_read(config, mode):
    config.chmod(mode)

    assert config == load(config).path


def test_a_directory_like_tmp_on_the_way_does_no_harm(tmp_path):
    tmp_path.chmod(0o1777)
    inner = tmp_path / "inner"
    inner.mkdir()

    assert open_to_all(inner) is None
    assert tmp_path == open_to_all(tmp_path)


def test_a_link_is_judged_by_what_it_leads_to(tmp_path):
    real = tmp_path / "real"
    real.write_text("")
    real.chmod(0o666)
    link = tmp_path / "link"
    link.symlink_to(real)

    assert real == open_to_all(link)


@pytest.mark.parametrize("place", [".", "..", "plugin.py", "__init__.py", "__pycache__"])
def test_a_plugin_that_everybody_may_change_is_refused_and_never_imported(package, place):
    opened = (package / place).resolve()
    opened.chmod(opened.stat().st_mode | 0o002)

    with pytest.raises(PluginError, match=r"'evil' from .* is not run: .*chmod o-w") as refused:
        _load(package)

    assert str(opened) in str(refused.value)
    assert not (package / "imported").exists()


def test_a_plugin_that_only_its_owner_may_change_is_imported(package):
    with pytest.raises(PluginError, match="has no @hookimpl"):
        _load(package)

    assert (package / "imported").exists()


@pytest.mark.parametrize("module", ["no_such_module", "json", "collector_system.plugin", "sys"])
def test_installed_code_and_what_is_not_there_is_no_fault(module):
    assert code_open_to_all(module) is None


def test_a_plugin_that_the_configuration_does_not_name_is_never_imported(package, config):
    entry_points = [
        importlib.metadata.EntryPoint("evil", "evil_plugin.plugin", "collector.plugins"),
        *importlib.metadata.entry_points(group="collector.plugins"),
    ]
    loader = PluginLoader(entry_points)
    loader.load("system")

    assert "evil" in {plugin.name for plugin in loader.installed()}
    assert not (package / "imported").exists()
