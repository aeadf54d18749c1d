"""Whether anybody subscribes, so that the service can spare itself a message."""

import asyncio

from collector.agent.listener import Limits, MqttListener
from collector.agent.listener.exchange import Exchange
from collector.agent.listener.sessions import SessionKey

TOPIC = "/v1.0/c/sensor/s/livedata"


def test_topic_is_wanted_while_somebody_subscribes_to_it():
    async def scenario():
        exchange = Exchange(Limits(), None)
        session = exchange.sessions.create(SessionKey("mqtt", "c", "x"), is_kept=False, window=1)
        seen = [exchange.is_wanted("mqtt", TOPIC)]
        exchange.sessions.subscribe(session, "/v1.0/c/sensor/+/livedata", 1)
        seen += [exchange.is_wanted("mqtt", TOPIC), exchange.is_wanted("other", TOPIC)]
        exchange.sessions.end(session)
        return [*seen, exchange.is_wanted("mqtt", TOPIC)]

    assert [False, True, False, False] == asyncio.run(scenario())


def test_nothing_is_wanted_of_a_listener_that_does_not_run():
    assert not MqttListener().is_wanted("mqtt", TOPIC)
