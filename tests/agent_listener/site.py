"""A listener on a thread of its own, with a policy and a service that tests look into."""

import asyncio
import ssl
import threading
import time

from collector.agent.authority import common_name
from collector.agent.broker import Listener
from collector.agent.listener import Limits, MqttListener

TIMEOUT_S = 40  # a machine busy with other tests takes its time


class Rules:
    """Everybody reaches what lies under the own name; anonymous ones under ``/anonymous``."""

    def __init__(self):
        self.refused = set()
        self.peers = []

    def authenticate(self, peer):
        self.peers.append(peer)
        name = common_name(peer.certificate_der) if peer.certificate_der else "anonymous"
        return None if name in self.refused else name

    def may_publish(self, client, topic):
        return topic.startswith(f"/{client}/")

    def may_subscribe(self, client, topic_filter):
        return topic_filter.startswith(f"/{client}/")


class Recorder:
    """A service that remembers; what it answers can be changed per topic."""

    def __init__(self):
        self.taken = []
        self.answers = {}
        self.reactions = {}
        self.changed = threading.Condition()

    def handle(self, client, listener, topic, payload):
        with self.changed:
            self.taken.append((client, listener, topic, payload))
            self.changed.notify_all()
        if topic in self.reactions:
            self.reactions[topic](payload)
        return self.answers.get(topic, True)

    def wait_for(self, count):
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.taken) >= count, TIMEOUT_S), self.taken
        return self.taken


class Site:
    """Starts the listener and stops it; ``ports`` tells where."""

    def __init__(self, contexts, limits=None):
        self.rules = Rules()
        self.service = Recorder()
        self.broken = []
        self.broker = MqttListener(limits or Limits())
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(lambda _, context: self.broken.append(context))
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        listeners = [
            Listener(name, "127.0.0.1", 0, context, self.rules)
            for name, context in contexts.items()
        ]
        self.ports = self.run(self.broker.start(listeners, self.service))

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(TIMEOUT_S)

    def call(self, function, *arguments):
        """Call something on the loop's thread and return what it returns."""

        async def called():
            return function(*arguments)

        return self.run(called())

    def publish(self, topic, payload=b"", qos=1, listener="mutual"):
        self.call(self.broker.publish, listener, topic, payload, qos)

    def members(self):
        return self.call(lambda: len(self.broker._exchange.members))

    def wait_for_members(self, count):
        deadline = time.monotonic() + TIMEOUT_S
        while self.members() != count:
            assert time.monotonic() < deadline, self.members()
            time.sleep(0.01)

    def close(self):
        self.run(self.broker.stop())
        self.run(self.loop.shutdown_default_executor())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(TIMEOUT_S)
        self.loop.close()


def server_context(authority, pair, *, mutual):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate_file, pair.key_file)
    if mutual:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(authority.ca_file)
    return context


def client_context(authority, pair=None, version=None):
    context = ssl.create_default_context(cafile=authority.ca_file)
    if pair is not None:
        context.load_cert_chain(pair.certificate_file, pair.key_file)
    if version is not None:
        context.minimum_version = context.maximum_version = version
    return context
