"""A8: replies that are no JSON, endless, too deep, or hold a code that nobody knows."""

import pytest
from faults.fault_load import Load
from faults.mini_agent import MiniAgent, reply_topic

DEEP = b"[" * 100_000
REPLIES = [
    b'{"errorcode": 99, "errorMessage": "a code of tomorrow"}',
    b'{"errorcode": "three"}',
    b"not JSON at all",
    b"\xff\xfe\x00",
    b"",
    DEEP,
    b'{"errorcode": ' + b"9" * 5000 + b"}",
    b'{"errorcode": 3, "errorMessage": "' + b"x" * 1_000_000 + b'"}',
]


LOAD = Load(sensors=len(REPLIES), metrics=1, interval="100ms")


@pytest.fixture
def mini(bench):
    bench.start_agent()
    mini = MiniAgent(bench.agent.directory)
    yield mini
    mini.close()


def test_replies_that_nobody_understands_stop_nothing(bench, mini, row):
    left = {f"s{n}": [reply] * row.pick(1, 4) for n, reply in enumerate(REPLIES)}
    bench.configure(LOAD, port=mini.port, inventory="off")
    bench.start_collector()
    bench.wait_until_well()

    def answers(topic):
        replies = left[topic.split("/")[4]]
        if not replies:
            return mini.good_answer(topic)
        strange = replies.pop()
        return [(reply_topic(topic, "error"), strange), (f"{topic}/nobody/knows", strange)]

    mini.answers = answers
    status = bench.wait_for(
        lambda status: not any(left.values()) and status["delivery"]["bad_replies"],
        "all strange replies were sent", row.pick(30, 300),
    )  # fmt: skip

    reckoning = bench.finish(journal=lambda: mini.stored, drain_s=row.pick(30, 300))
    row.note(
        f"{status['delivery']['bad_replies']} bad replies counted,"
        f" {status['delivery']['connections']} connection"
    )
    assert 1 == status["delivery"]["connections"]
    assert {} == reckoning.dropped
