"""Messages that break the contract, and the code of section 6 that each one earns."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mistake:
    """One message that the agent must refuse, whatever its inventory holds."""

    name: str
    payload: bytes
    code: int


_PUSH, _CREATE, _UPDATE, _DELETE = (
    "push values",
    "create metrics",
    "update metrics",
    "delete metrics",
)
_METRICS = (_PUSH, _CREATE, _UPDATE, _DELETE)
_OBJECTS = ("update client", "create sensor", "update sensor", *_METRICS)

MISTAKES = (
    *(Mistake(name, b"{not json", 4) for name in ("ping", *_OBJECTS)),
    *(Mistake(name, b"", 4) for name in ("ping", *_OBJECTS)),
    *(Mistake(name, b"\xff\xfe{}", 4) for name in ("ping", *_OBJECTS)),
    Mistake("ping", b"NaN", 4),
    Mistake(_PUSH, b'{"metrics":[{"metricId":"a","value":NaN}]}', 4),
    Mistake(_PUSH, b'{"metrics":[{"metricId":"a","value":-Infinity}]}', 4),
    Mistake("create sensor", b'{"name":"a","name":"b"}', 4),
    *(
        Mistake(name, message, 5)
        for name in _OBJECTS
        for message in (b"[]", b'"text"', b"7", b"null")
    ),
    *(Mistake(name, b'{"metrics":["a"]}', 5) for name in _METRICS),
    *(Mistake(name, b"{}", 6) for name in _OBJECTS),
    *(Mistake(name, b'{"metrics":[]}', 6) for name in _METRICS),
    *(Mistake(name, b'{"metrics":[{}]}', 6) for name in _METRICS),
    Mistake(_PUSH, b'{"metrics":[{"metricId":"a"}]}', 6),
    Mistake(_CREATE, b'{"metrics":[{"matchingId":"1","valueUnit":"SI.Power.WATT"}]}', 6),
    Mistake(_CREATE, b'{"metrics":[{"name":"a","valueUnit":"SI.Power.WATT"}]}', 6),
    *(
        Mistake(name, b'{"name":5}', 7)
        for name in ("update client", "create sensor", "update sensor")
    ),
    *(
        Mistake(name, b'{"metrics":[{"metricId":5,"value":1}]}', 7)
        for name in (_PUSH, _UPDATE, _DELETE)
    ),
    Mistake(_UPDATE, b'{"metrics":[{"metricId":"a","name":true}]}', 7),
    Mistake(_UPDATE, b'{"metrics":[{"metricId":"a","valueAnnotation":[]}]}', 7),
    Mistake(_CREATE, b'{"metrics":[{"matchingId":1,"name":"a","valueUnit":"SI.Power.WATT"}]}', 7),
    Mistake(_CREATE, b'{"metrics":[{"matchingId":"1","name":"a","valueUnit":5}]}', 7),
    *(Mistake(name, b'{"metrics":{}}', 10) for name in _METRICS),
    *(Mistake(name, b'{"metrics":"a"}', 10) for name in _METRICS),
    Mistake(_PUSH, b'{"metrics":[{"metricId":"a","value":1}],"timestamp":"now"}', 11),
    Mistake(_PUSH, b'{"metrics":[{"metricId":"a","value":1}],"timestamp":1.5}', 11),
    Mistake(_PUSH, b'{"metrics":[{"metricId":"a","value":1}],"timestamp":true}', 11),
    Mistake(_PUSH, b'{"metrics":[{"metricId":"a","value":1}],"timestamp":null}', 11),
    Mistake(_PUSH, b'{"metrics":[{"metricId":"a","value":1,"timestamp":"now"}]}', 11),
    Mistake("update sensor", b'{"name":"a","state":"1"}', 11),
    Mistake(
        _CREATE, b'{"metrics":[{"matchingId":"1","name":"a","valueUnit":"SI.Length.METRE"}]}', 12
    ),
    Mistake(
        _CREATE,
        b'{"metrics":[{"matchingId":"1","name":"a","valueType":"boolean","valueAnnotation":""}]}',
        13,
    ),
    Mistake(_CREATE, b'{"metrics":[{"matchingId":"1","name":"a"}]}', 14),
    Mistake(_CREATE, b'{"metrics":[{"matchingId":"1","name":"a","valueType":"bool"}]}', 14),
    Mistake(_CREATE, b'{"metrics":[{"matchingId":"1","name":"a","valueAnnotation":"x"}]}', 14),
    *(Mistake("update sensor", b'{"state":%d}' % state, 19) for state in (0, 3, -1)),
    Mistake(_PUSH, b'{"metrics":[{"metricId":"a","value":1}],"timestamp":-1}', 19),
)
