import re
from pathlib import Path

import pytest
from agent_bench import CLIENT, OTHER, PREFIX, Bench, decoded, signing_request

from collector.agent.fault_plan import FaultPlan
from collector.agent.faults import _TYPES, OPERATIONS, Action, load_faults
from collector.errors import ConfigError

DOCUMENT = Path(__file__).parents[2] / "docs" / "agent-faults.md"
PUSH = "sensor/weather/metric/pushValues"
SUCCESS = ("sensor/weather/info/inbox", "Sensor was updated.")


def _value(number: float = 1.0) -> dict[str, object]:
    return {"metrics": [{"metricId": "temp", "value": number}], "timestamp": 1000}


def _bench(directory: Path, *faults: str, seed: int = 0) -> Bench:
    text = f"seed = {seed}\n" + "".join(f"[[fault]]\n{fault}\n" for fault in faults)
    return Bench(directory, faults=text)


def _topics(bench: Bench) -> list[str]:
    return [topic for topic, _ in bench.answers()]


def _stored(bench: Bench) -> bool:
    return bool(bench.context.clients[CLIENT].sensors)


def test_dropped_reply_leaves_the_values_stored_and_live(tmp_path) -> None:
    bench = _bench(tmp_path, 'action = "drop_reply"')

    assert [topic for topic, _ in bench.ask(PUSH, _value())] == ["sensor/weather/livedata"]
    assert len(bench.journal()) == 1


def test_delayed_answer_comes_when_its_time_has_come(tmp_path) -> None:
    bench = _bench(tmp_path, 'action = "delay"\ndelay_s = 2.5')

    assert bench.ask(PUSH, _value()) == []
    assert _stored(bench)

    ((delay_s, send),) = bench.deferred
    send()
    assert delay_s == 2.5
    assert bench.answers()[0] == SUCCESS


def test_duplicated_answer_comes_twice_and_the_values_once(tmp_path) -> None:
    bench = _bench(tmp_path, 'action = "duplicate"')

    assert bench.ask(PUSH, _value())[:2] == [SUCCESS, SUCCESS]
    assert len(bench.journal()) == 1


@pytest.mark.parametrize(("action", "taken"), [("lose", True), ("ignore", None), ("close", False)])
def test_forgotten_request_leaves_nothing_but_its_acknowledgement_differs(
    tmp_path, action: str, taken: object
) -> None:
    bench = _bench(tmp_path, f'action = "{action}"')

    assert bench.handle(f"{PREFIX}/{PUSH}", _value()) is taken
    assert bench.answers() == []
    assert not _stored(bench)


def test_connection_can_be_closed_after_the_values_were_stored(tmp_path) -> None:
    bench = _bench(tmp_path, 'action = "close"\nstore = true')

    assert bench.handle(f"{PREFIX}/{PUSH}", _value()) is False
    assert bench.answers() == []
    assert len(bench.journal()) == 1


@pytest.mark.parametrize("code", [1, 2, 3, 17])
@pytest.mark.parametrize("store", ["true", "false"])
def test_codes_that_never_arise_by_themselves_can_be_asked_for(
    tmp_path, code: int, store: str
) -> None:
    bench = _bench(tmp_path, f'action = "error"\ncode = {code}\nmessage = "why"\nstore = {store}')

    assert bench.ask(PUSH, _value()) == [
        ("sensor/weather/error/inbox", {"errorMessage": "why", "errorcode": code})
    ]
    assert _stored(bench) is (store == "true")


def test_error_can_list_metrics(tmp_path) -> None:
    bench = _bench(tmp_path, 'action = "error"\ncode = 27\nmetrics = ["temp"]')

    assert bench.error(PUSH, _value())["metrics"] == ["temp"]


@pytest.mark.parametrize(
    ("conditions", "struck"),
    [
        ("", [0, 1, 2, 3, 4, 5]),
        ("count = 2", [0, 1]),
        ("count = 0", []),
        ("after = 4", [4, 5]),
        ("every = 3", [2, 5]),
        ("after = 1\nevery = 2", [2, 4]),
        ("every = 2\ncount = 1", [1]),
        ("probability = 0", []),
    ],
)
def test_fault_strikes_when_it_is_its_turn(tmp_path, conditions: str, struck: list[int]) -> None:
    bench = _bench(tmp_path, f'action = "lose"\n{conditions}')

    lost = [turn for turn in range(6) if not bench.ask("ping", {"request": turn})]

    assert lost == struck


def test_same_seed_gives_the_same_faults_and_about_the_share_asked_for(tmp_path) -> None:
    runs = []
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        (tmp_path / name).mkdir()
        bench = _bench(tmp_path / name, 'action = "lose"\nprobability = 0.2', seed=seed)
        runs.append([turn for turn in range(500) if not bench.ask("ping", {"request": turn})])

    assert runs[0] == runs[1] != runs[2]
    assert 70 < len(runs[0]) < 130


def test_fault_strikes_only_what_it_names(tmp_path) -> None:
    bench = _bench(
        tmp_path, f'action = "lose"\noperation = "push_values"\nsensor = "a"\nclient = "{CLIENT}"'
    )
    bench.add_client(OTHER)

    assert bench.ask("sensor/a/metric/pushValues", _value()) == []
    assert bench.ask("sensor/b/metric/pushValues", _value()) != []
    assert bench.ask("sensor/a/update", {"state": 1}) != []
    bench.handle(f"/v1.0/{OTHER}/sensor/a/metric/pushValues", _value(), OTHER)
    assert OTHER in bench.broker.published[-1][1]


def test_first_fault_whose_turn_it_is_strikes_alone(tmp_path) -> None:
    bench = _bench(
        tmp_path,
        'action = "error"\ncode = 1\ncount = 1',
        'action = "error"\ncode = 2\ncount = 1',
    )

    assert [bench.ask("ping", {"request": 1})[0][1].get("errorcode") for _ in range(3)] == [
        1,
        2,
        None,
    ]


@pytest.mark.parametrize(
    ("fault", "codes"), [('action = "error"\ncode = 3', [3]), ('action = "duplicate"', [None] * 2)]
)
def test_signing_requests_can_be_struck_too(tmp_path, fault: str, codes: list[object]) -> None:
    bench = _bench(tmp_path, f'operation = "create_client"\n{fault}')

    bench.service.handle("@192.0.2.7:1", "provision", "/createConnector", signing_request())

    answers = [decoded(payload) for _, _, payload in bench.broker.published]
    assert [
        answer["errorcode"] if isinstance(answer, dict) else None for answer in answers
    ] == codes


def test_changed_file_is_read_again(tmp_path) -> None:
    bench = _bench(tmp_path, 'action = "lose"')
    assert bench.ask("ping", {"request": 1}) == []

    bench.faults_file.write_text("seed = 1\n", "utf-8")

    assert bench.ask("ping", {"request": 1}) != []


def test_file_that_became_wrong_leaves_the_faults_as_they_were(tmp_path, caplog) -> None:
    bench = _bench(tmp_path, 'action = "lose"')

    bench.faults_file.write_text("[[fault]]\n", "utf-8")

    assert [bench.ask("ping", {"request": 1}) for _ in range(3)] == [[], [], []]
    assert caplog.text.count("the faults stay as they were") == 1


def test_vanished_file_leaves_the_faults_as_they_were(tmp_path) -> None:
    bench = _bench(tmp_path, 'action = "lose"')

    bench.faults_file.unlink()

    assert bench.ask("ping", {"request": 1}) == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[[fault", "is not TOML"),
        ("faults = 1", "faults: unknown"),
        ("seed = 'x'", "seed: must be an integer"),
        ("fault = 7", "fault: must be"),
        ("[[fault]]", r"fault\[0\]\.action: must be one of"),
        ("[[fault]]\naction = 'explode'", "action: must be one of drop_reply, delay"),
        ("[[fault]]\naction = 'lose'\nsensors = 'a'", r"fault\[0\]\.sensors: unknown"),
        ("[[fault]]\naction = 'lose'\noperation = 'push'", "operation: must be one of"),
        ("[[fault]]\naction = 'error'", "code: is missing"),
        ("[[fault]]\naction = 'delay'", "delay_s: is missing"),
        ("[[fault]]\naction = 'error'\ncode = 29", "code: must be from 1 to 28"),
        ("[[fault]]\naction = 'error'\ncode = true", "code: must be int"),
        ("[[fault]]\naction = 'lose'\nprobability = 1.5", "probability: must be from 0 to 1"),
        ("[[fault]]\naction = 'lose'\nevery = 0", "every: must be from 1"),
        ("[[fault]]\naction = 'error'\ncode = 1\nmetrics = [1]", "metrics: must be a list"),
        ("[[fault]]\naction = 'lose'\nstore = 1", "store: must be bool"),
    ],
)
def test_wrong_file_is_refused_with_its_place(tmp_path, text: str, complaint: str) -> None:
    (tmp_path / "f.toml").write_text(text, "utf-8")

    with pytest.raises(ConfigError, match=complaint):
        FaultPlan(tmp_path / "f.toml")


def test_every_complaint_is_named_at_once(tmp_path) -> None:
    (tmp_path / "f.toml").write_text("[[fault]]\ncode = 0\n[[fault]]\naction = 'x'\n", "utf-8")

    with pytest.raises(ConfigError) as caught:
        FaultPlan(tmp_path / "f.toml")

    assert len(caught.value.complaints) == 3


def test_missing_file_is_named(tmp_path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: cannot be read"):
        FaultPlan(tmp_path / "nowhere.toml")


def test_document_names_every_action_key_and_operation_and_its_example_loads(tmp_path) -> None:
    text = DOCUMENT.read_text("utf-8")

    named = set(re.findall(r"`(\w+)`", text))
    assert set(map(str, Action)) | OPERATIONS | set(_TYPES) <= named
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "f.toml").write_text(example, "utf-8")
    seed, faults = load_faults(tmp_path / "f.toml")
    assert (seed, len(faults)) == (7, 2)
