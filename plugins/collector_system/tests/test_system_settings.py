import tomllib

import pytest
from pydantic import ValidationError

from collector_system.plugin import collector_source_kinds
from collector_system.settings import Selection, SystemSettings


def settings(text):
    return SystemSettings.model_validate(tomllib.loads(text))


def test_nothing_has_to_be_set():
    made = settings("")

    assert "cpu" in made.groups
    assert made.answer_within == 1.0
    assert (made.proc_root, made.sys_root, made.fs_root) == ("/proc", "/sys", "/")


def test_durations_have_units():
    made = settings('answer_within = "250ms"\nintervals = { disk = "5min" }')

    assert (made.answer_within, made.intervals) == (0.25, {"disk": 300.0})


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('groups = ["cpus"]', "groups"),
        ("groups = []", "groups"),
        ('groups = ["cpu", "cpu"]', "every group can be named once"),
        ('intervals = { wear = "1h" }', "'wear' is not among the groups"),
        ('intervals = { cpu = "0s" }', "must be longer than 0 s"),
        ('answer_within = "0s"', "must be longer than 0 s"),
        ("answer_within = 1.0", "no duration with a unit"),
        ('groups = ["cpu"]\nprocesses = ["sshd"]', 'needs "process" among the groups'),
        ('disk = { include = ["/"] }', "disk"),
    ],
)
def test_what_cannot_work_is_refused(text, complaint):
    with pytest.raises(ValidationError, match=complaint):
        settings(text)


@pytest.mark.parametrize(
    ("name", "taken"),
    [("eth0", True), ("eth1", False), ("lo", False), ("Eth0", False)],
)
def test_a_selection_takes_what_is_included_and_not_excluded(name, taken):
    assert Selection(include=["eth*", "lo"], exclude=["eth1", "l?"]).takes(name) is taken


def test_loopback_and_container_ends_are_left_out_by_default():
    taken = [name for name in ("lo", "veth12ab", "eth0", "wlan0") if _default().takes(name)]

    assert taken == ["eth0", "wlan0"]


def _default():
    return settings("").interfaces


def test_including_more_keeps_the_default_exclusions_only_when_written():
    assert settings('interfaces = { include = ["lo"] }').interfaces.takes("lo")


def test_the_kind_is_offered_under_its_name_with_its_example():
    [kind] = collector_source_kinds()

    assert (kind.name, kind.settings) == ("system", SystemSettings)
    assert tomllib.loads(kind.example)["source"] == [
        {"plugin": "system", "sensor": "gateway", "interval": "10s"}
    ]


def test_every_commented_setting_of_the_example_is_valid_and_the_default():
    [kind] = collector_source_kinds()
    uncommented = "\n".join(
        line.removeprefix("# ")
        for line in kind.example.partition('interval = "10s"')[2].splitlines()
        if line.startswith(("# ", "#   ")) and not line.endswith((".", '"wear".'))
    )
    shown = settings(uncommented)

    for name in ("groups", "per_core", "devices", "interfaces", "answer_within", "fs_root"):
        assert getattr(shown, name) == getattr(settings(""), name), name
    assert shown.model_fields_set == set(SystemSettings.model_fields)
