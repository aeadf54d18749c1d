import pytest
from pydantic import ValidationError

from collector_modbus.profiles.profile import Profile


def profile(*points, **keys):
    return Profile.model_validate(
        {"vendor": "Acme", "model": "M1", "point": [{**point} for point in points], **keys}
    )


def at(address, metric, **keys):
    return {"metric": metric, "address": address, **keys}


def test_a_profile_needs_no_more_than_a_device_and_its_points():
    made = profile(at(0, "power"))

    assert ["power"] == [point.metric for point in made.points]
    assert (125, 2000) == (made.max_registers, made.max_bits)
    assert made.link.baudrate is None


def test_link_hints_have_durations_with_units():
    made = profile(at(0, "power"), link={"delay_after_connect": "1s", "baudrate": 2400})

    assert (1.0, 2400) == (made.link.delay_after_connect, made.link.baudrate)


def test_a_sum_may_name_metrics_that_come_later_and_other_sums():
    made = profile(
        at(0, "import"),
        {"metric": "net", "sum": ["total", "-export"]},
        {"metric": "total", "sum": ["import", "export"]},
        at(1, "export"),
    )

    assert 4 == len(made.points)


@pytest.mark.parametrize(
    ("points", "complaint"),
    [
        ((), "at least 1 item"),
        ((at(0, "power"), at(1, "power")), "'power' is there twice"),
        ((at(0, "power", group="fast"),), "group is for sources"),
        (
            (at(0, "power"), {"metric": "net", "sum": ["powr"]}),
            r"sum 'net': there is no metric 'powr'; did you mean 'power'\?",
        ),
        (
            (at(0, "power"), {"metric": "a", "sum": ["b"]}, {"metric": "b", "sum": ["-a"]}),
            "sum 'a' contains itself: a -> b -> a",
        ),
        (
            (at(0, "power"), {"metric": "a", "sum": ["power", "a"]}),
            "sum 'a' contains itself: a -> a",
        ),
        (
            (at(0, "state", enum={"0": "off"}), {"metric": "a", "sum": ["state"]}),
            "sum 'a': 'state' is no number but a string",
        ),
        (
            (at(0, "on", type="bool"), {"metric": "a", "sum": ["on"]}),
            "sum 'a': 'on' is no number but a bool",
        ),
    ],
)
def test_points_that_cannot_be_are_complained_about(points, complaint):
    with pytest.raises(ValidationError, match=complaint):
        profile(*points)


def test_a_sum_that_leads_to_a_circle_without_being_in_it_does_not_hang_the_check():
    with pytest.raises(ValidationError, match="sum 'b' contains itself: b -> c -> b"):
        profile(
            {"metric": "a", "sum": ["b"]},
            {"metric": "b", "sum": ["c"]},
            {"metric": "c", "sum": ["b"]},
        )
