"""All checks of the contract, in the order in which their findings make sense."""

from collections.abc import Iterator

from collector.testkit.contract import declared, documented, given, lived
from collector.testkit.contract.check import Check, Finding
from collector.testkit.contract.subject import Subject

CHECKS = tuple(
    map(
        Check,
        (
            declared.the_name_can_be_written,
            declared.the_package_says_what_it_was_made_for,
            declared.settings_are_described,
            declared.the_example_is_accepted,
            declared.the_example_shows_every_setting,
            declared.settings_can_be_sent_to_a_process,
            declared.making_does_no_io,
            declared.metrics_are_well_formed,
            declared.groups_are_well_formed,
            declared.the_link_is_steady,
            declared.what_it_opens_is_told_without_io,
            declared.closing_what_was_not_opened_does_nothing,
            given.the_simulated_device_gives_values,
            given.values_are_what_their_metrics_declare,
            given.every_metric_given_is_declared,
            given.every_metric_declared_is_given_or_told,
            given.metrics_learnt_are_well_formed,
            given.metrics_stay_what_they_are,
            given.sensors_have_ids_of_the_contract,
            given.times_do_not_lie,
            given.reads_keep_their_deadline,
            given.listening_ends_with_the_stop,
            given.notes_are_short,
            given.closing_twice_does_nothing,
            given.nothing_is_left_behind,
            lived.a_short_deadline_is_kept_too,
            lived.a_device_that_goes_is_unavailable,
            lived.a_device_that_comes_back_is_read_again,
            lived.it_runs_in_a_process_of_its_own,
            documented.the_readme_has_the_headings_of_every_plugin,
            documented.the_readme_holds_the_example,
            documented.the_readme_lists_the_metrics,
        ),
    )
)


def findings(subject: Subject) -> Iterator[Finding]:
    """Hold a kind to every promise; each finding comes as soon as it is known."""
    for check in CHECKS:
        yield check.finding(subject)
