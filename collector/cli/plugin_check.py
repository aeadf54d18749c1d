"""``collector plugins check NAME``: holds a kind to the contract, without pytest."""

import logging
from dataclasses import asdict

from collector.cli.tables import print_json, print_table
from collector.plugin.loader import PluginLoader
from collector.testkit.contract.catalogue import findings
from collector.testkit.contract.check import Finding, Verdict
from collector.testkit.contract.subject import Subject

EXIT_NO = 1


def check(loader: PluginLoader, name: str, *, as_json: bool) -> int:
    """Print what each check found; 1 if one failed.

    Raises:
        PluginError: No such kind is installed, or its package is broken.
    """
    logging.getLogger("collector").addHandler(logging.NullHandler())  # devices go on purpose here
    found = list(findings(Subject(name, loader=loader)))
    if as_json:
        print_json([asdict(each) for each in found])
    else:
        print_table(("PROMISE", "OUTCOME"), [(each.promise, _outcome(each)) for each in found])
    return EXIT_NO if any(each.verdict is Verdict.FAILED for each in found) else 0


def _outcome(finding: Finding) -> str:
    return f"{finding.verdict}: {finding.why}" if finding.why else str(finding.verdict)
