"""I9: plugins that are missing, broken, no plugins, offered twice, or of another API."""

import pytest
from faults.field_bed import start, table
from faults.neighbours import assert_others_are_well, source_in

pytestmark = pytest.mark.alone

WORDS = {
    "missing": ("no-such-plugin", ""),
    "broken": ("broken-import", "cannot open shared object file"),
    "gone": ("not-there", "a_module_that_is_not_there"),
    "none": ("no-hook", ""),
    "double": ("twice", "uninstall all but one"),
    "later": ("later-api", "is made for collector-agent >=99,<100, and this is"),
    "earlier": ("earlier-api", "install a newer earlier-source"),
}


def test_the_rest_runs_and_what_is_broken_says_why(bench, row):
    names = [name for name in WORDS if name != "missing"]
    start(
        bench,
        *(table(WORDS[name][0], name, interval="1s", what="values") for name in names),
    )

    status = bench.collector.status()
    for name in names:
        source = source_in(status, name)
        assert "broken" == source["state"], source
        assert WORDS[name][1] in source["message"]
    code, _, complaints = bench.ask("check")
    row.note(f"{len(names)} broken sources named")
    assert 78 == code
    assert len(names) == len(complaints.splitlines())
    assert_others_are_well(bench)
    assert {} == bench.finish().dropped

    bench.configure(bench.load, tables=table("no-such-plugin", "missing", interval="1s"))
    code, _, complaints = bench.ask("run")
    assert 78 == code
    assert "no plugin 'no-such-plugin' is installed" in complaints
