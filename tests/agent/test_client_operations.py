import pytest
from agent_bench import CLIENT, OTHER, PREFIX, Bench


def test_ping_answers_with_what_was_asked(bench: Bench) -> None:
    assert bench.ask("ping", {"request": "Some Message"}) == [
        ("ping/info/inbox", {"answer": "Some Message"})
    ]


def test_ping_without_the_key_request_comes_back_as_it_was_published(bench: Bench) -> None:
    bench.handle(f"{PREFIX}/ping", b'{"nonce" :  7}')

    assert bench.broker.published[-1][2] == b'{"nonce" :  7}'


@pytest.mark.parametrize("message", [b"hello", b"", b'{"request": NaN}', b'{"request": 1e999}'])
def test_ping_that_is_not_json_gets_error_4(bench: Bench, message: bytes) -> None:
    ((topic, error),) = bench.ask("ping", message)

    assert topic == "ping/error/inbox"
    assert error["errorcode"] == 4


def test_client_gets_another_name_that_survives_a_restart(bench: Bench) -> None:
    assert bench.ask("update", {"name": "New client name"}) == [
        ("update/info/inbox", "Client name was successfully updated.")
    ]

    bench.restart()

    assert bench.context.clients[CLIENT].name == "New client name"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"{", 4),
        (b"[]", 5),
        ({}, 6),
        ({"name": ""}, 6),
        ({"name": 7}, 7),
        ({"name": "a/b"}, 25),
        ({"name": "   "}, 25),
        ({"name": "n" * 257}, 19),
        (b'{"name": "\\ud800"}', 4),
    ],
)
def test_client_rename_refuses(bench: Bench, message: object, code: int) -> None:
    ((topic, error),) = bench.ask("update", message)

    assert topic == "update/error/inbox"
    assert error["errorcode"] == code
    assert bench.context.clients[CLIENT].name == "gateway"


def test_deleted_client_gets_no_answer_and_is_cut_off(bench: Bench) -> None:
    assert bench.ask("delete") == []

    ((delay_s, cut_off),) = bench.deferred
    cut_off()
    assert 0 < delay_s < 2.0
    assert bench.broker.disconnected == [CLIENT]


def test_message_that_was_on_its_way_when_the_client_was_deleted_closes_the_connection(
    bench: Bench,
) -> None:
    bench.ask("delete")

    assert bench.handle(f"{PREFIX}/ping", {"request": 1}) is False


def test_client_stays_deleted_after_a_restart_with_all_it_had(bench: Bench) -> None:
    bench.push("weather", temp=21.5)
    bench.ask("delete")

    bench.restart()

    assert CLIENT not in bench.context.clients
    bench.add_client(CLIENT)  # the id never comes back, but nothing of it would be there
    assert bench.listed() == []


def test_deletion_leaves_other_clients_alone(bench: Bench) -> None:
    bench.add_client(OTHER)
    topic = f"/v1.0/{OTHER}/sensor/weather/metric/pushValues"
    bench.handle(topic, {"metrics": [{"metricId": "temp", "value": 1}]}, OTHER)

    bench.ask("delete")
    bench.restart()

    assert list(bench.context.clients[OTHER].sensors) == ["weather"]


@pytest.mark.parametrize(("message", "code"), [(b"no json", 4), (b"[1]", 5)])
def test_malformed_deletion_deletes_nothing(bench: Bench, message: bytes, code: int) -> None:
    assert bench.ask("delete", message)[0][0] == "delete/error/inbox"
    assert bench.code("delete", message) == code
    assert CLIENT in bench.context.clients


@pytest.mark.parametrize("topic", ["error", "eror"])
def test_error_reported_by_an_older_client_does_no_harm(bench: Bench, topic: str) -> None:
    assert bench.ask(topic, b"anything at all") == []


@pytest.mark.parametrize("topic", ["nothing", "sensor", "sensor/weather/colour", "a/../b"])
def test_resource_that_the_contract_does_not_have_gets_error_18(bench: Bench, topic: str) -> None:
    ((error_topic, error),) = bench.ask(topic)

    assert error_topic == f"{topic}/error/inbox"
    assert error["errorcode"] == 18


@pytest.mark.parametrize("topic", ["ping/info/inbox", "sensor/a/livedata", "x/error/inbox"])
def test_message_on_a_topic_of_the_agent_is_not_answered(bench: Bench, topic: str) -> None:
    assert bench.ask(topic) == []
