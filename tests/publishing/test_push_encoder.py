"""Messages from templates: right for every shape, and bounded however many shapes there are."""

import json

from collector.publishing.delivery.encoder import MAX_CHARACTERS, PushEncoder

NAMES = [f"metric-{number}" for number in range(120)]


def test_ever_new_shapes_are_sent_right_and_not_all_remembered():
    encoder = PushEncoder(lambda _, metric: metric.upper())

    for start in range(110):
        for end in range(start + 1, 121):
            shape = tuple(NAMES[start:end])
            sent = json.loads(encoder.encode("s", shape, (0.5,) * len(shape), 7))
            assert sent["timestamp"] == 7
            assert [name.upper() for name in shape] == [
                each["metricId"] for each in sent["metrics"]
            ]

    assert sum(map(len, encoder._templates.values())) <= MAX_CHARACTERS
    assert 500 < len(encoder._templates) < 6000


def test_new_ids_of_the_agent_are_used_after_the_old_ones_are_forgotten():
    ids = {"m": "1"}
    encoder = PushEncoder(lambda _, metric: ids[metric])
    encoder.encode("s", ("m",), (1.0,), 7)
    ids["m"] = "2"

    encoder.forget()

    assert b'"metricId":"2"' in encoder.encode("s", ("m",), (1.0,), 7)
