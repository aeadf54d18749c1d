import types
from dataclasses import replace
from typing import Any

import pytest
from fake_plugins import PROBE, TALKER, fake_loader, module_of, offering

from collector.errors import ConfigError, PluginError
from collector.plugin.command import PluginCommand
from collector.plugin.hooks import hookimpl
from collector.plugin.kind import SourceKind
from collector.plugin.loader import PluginLoader


def reason_of(name: str, **modules: object) -> str:
    with pytest.raises(PluginError) as caught:
        PluginLoader(offering(modules)).load(name)
    return str(caught.value)


def with_hook(hook: object, name: str = "collector_source_kinds") -> types.ModuleType:
    module = types.ModuleType("fake_plugin")
    setattr(module, name, hookimpl(hook))
    return module


def test_installed_kinds_are_listed_without_importing_any() -> None:
    loader = PluginLoader(offering({"b": AssertionError(), "a": AssertionError()}))

    installed = loader.installed()

    assert ["a", "b"] == [plugin.name for plugin in installed]
    assert ("fake", "1.2", "a_package.plugin") == (
        installed[0].distribution,
        installed[0].version,
        installed[0].value,
    )


def test_of_several_kinds_in_one_module_the_named_one_is_loaded() -> None:
    loader = fake_loader()

    assert PROBE is loader.load("probe")
    assert TALKER is loader.load("talker")


def test_a_kind_is_imported_once() -> None:
    modules = iter([module_of(PROBE)])
    entry_points = offering({"probe": None})
    vars(entry_points[0])["loads"] = lambda: next(modules)
    loader = PluginLoader(entry_points)

    assert loader.load("probe") is loader.load("probe")


def test_an_unknown_kind_names_the_nearest_and_all_installed_ones() -> None:
    assert (
        "plugin 'prob' is not installed; did you mean 'probe'? (installed: probe, talker)"
    ) == reason_of("prob", probe=None, talker=None)


def test_without_any_plugin_the_message_says_so() -> None:
    assert reason_of("probe") == "plugin 'probe' is not installed; no plugin is"


@pytest.mark.parametrize("fault", [ImportError("no foo"), SyntaxError("odd"), SystemExit("bye")])
def test_a_package_that_cannot_be_imported_is_a_broken_one(fault: BaseException) -> None:
    reason = reason_of("probe", probe=fault)

    assert reason.startswith(
        "plugin 'probe' from fake 1.2 is broken: importing probe_package.plugin failed at "
    )
    assert reason.endswith(f": {type(fault).__name__}: {fault}")


def test_a_broken_package_costs_the_others_nothing() -> None:
    loader = fake_loader(broken=ImportError())

    with pytest.raises(PluginError):
        loader.load("broken")

    assert PROBE is loader.load("probe")


def test_two_packages_with_one_kind_are_refused() -> None:
    entry_points = offering({"probe": module_of(PROBE)}) + offering({"probe": None}, "other")

    with pytest.raises(PluginError, match=r"offered by fake 1\.2 and other 1\.2: uninstall"):
        PluginLoader(entry_points).load("probe")


def test_the_same_entry_point_found_twice_is_one() -> None:
    entry_points = offering({"probe": module_of(PROBE)}) * 2

    assert PROBE is PluginLoader(entry_points).load("probe")


def test_a_module_without_the_hook_is_broken() -> None:
    reason = reason_of("probe", probe=types.ModuleType("empty"))

    assert reason.endswith("probe_package.plugin has no @hookimpl collector_source_kinds()")


def test_a_misspelt_hook_is_named() -> None:
    reason = reason_of("probe", probe=with_hook(lambda: [PROBE], "collector_source_kind"))

    assert reason.endswith(
        "has an @hookimpl collector_source_kind(), which is no hook:"
        " there are collector_command, collector_source_kinds"
    )


def test_a_hook_that_returns_one_kind_in_place_of_a_list_says_so() -> None:
    reason = reason_of("probe", probe=with_hook(lambda: PROBE))

    assert "returned a SourceKind: return a list of SourceKind" in reason


def test_a_hook_with_unknown_arguments_is_broken() -> None:
    reason = reason_of("probe", probe=with_hook(lambda settings: [settings]))

    assert "is broken" in reason
    assert "settings" in reason


def test_a_hook_that_raises_is_broken() -> None:
    def hook() -> None:
        raise ZeroDivisionError("division by zero")

    reason = reason_of("probe", probe=with_hook(hook))

    assert "collector_source_kinds() failed at test_plugin_loader.py:" in reason
    assert reason.endswith(": ZeroDivisionError: division by zero")


@pytest.mark.parametrize("offered", [None, [], [TALKER]])
def test_a_hook_without_the_kind_of_the_entry_point_is_broken(offered: object) -> None:
    reason = reason_of("probe", probe=with_hook(lambda: offered))

    assert "returned no kind of this name: " in reason


def test_a_kind_that_is_no_source_kind_is_broken() -> None:
    odd = types.SimpleNamespace(name="probe")

    assert reason_of("probe", probe=module_of(odd)).endswith("not a SourceKind")


def test_settings_that_are_no_config_model_are_broken() -> None:
    odd = SourceKind(name="probe", settings=dict, create=PROBE.create)  # type: ignore[arg-type]

    assert "its settings are no ConfigModel" in reason_of("probe", probe=module_of(odd))


def test_a_plugin_brings_a_command_or_none() -> None:
    command = PluginCommand("finds probes", lambda parser, context: None, lambda *_: 0)
    brings = module_of(PROBE, command=lambda: command)
    loader = PluginLoader(offering({"probe": brings, "talker": module_of(TALKER)}))

    assert command is loader.command("probe")
    assert loader.command("talker") is None


def test_a_command_needs_no_kind() -> None:
    command = PluginCommand("finds probes", lambda parser, context: None, lambda *_: 0)
    module = with_hook(lambda: command, "collector_command")

    assert command is PluginLoader(offering({"probe": module})).command("probe")


@pytest.mark.parametrize(
    ("hook", "words"),
    [
        (lambda: 1 / 0, "collector_command() failed at test_plugin_loader.py:"),
        (lambda: "scan", "collector_command() returned a str, not a PluginCommand"),
    ],
)
def test_a_hook_that_gives_no_command_is_broken(hook: Any, words: str) -> None:
    loader = PluginLoader(offering({"probe": module_of(PROBE, command=hook)}))

    with pytest.raises(PluginError) as caught:
        loader.command("probe")

    assert words in str(caught.value)


def test_a_broken_plugin_is_a_fault_of_the_configuration() -> None:
    error = PluginError("probe", "is not installed")

    assert isinstance(error, ConfigError)
    assert error.exit_code == 78
    assert error.complaints == ("plugin 'probe' is not installed",)


def test_installed_packages_are_looked_up_by_default() -> None:
    assert all(plugin.distribution for plugin in PluginLoader().installed())


def test_a_second_look_keeps_the_kinds_that_are_loaded_and_forgets_those_that_are_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    modules: dict[str, object] = {
        name: with_hook(lambda name=name: (replace(PROBE, name=name),)) for name in "abc"
    }
    loader = PluginLoader(offering({name: modules[name] for name in "ab"}))
    before = loader.load("a"), loader.load("b")
    now = offering({name: modules[name] for name in "ac"})
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: now)

    loader.look_again()

    assert before[0] is loader.load("a")
    assert "c" == loader.load("c").name
    with pytest.raises(PluginError, match="is not installed"):
        loader.load("b")
