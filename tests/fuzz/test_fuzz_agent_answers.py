"""Whatever the agent answers, the collector reads it or not, goes on, and loses no account."""

import contextlib

import pytest
from agent_double import P, World
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from fuzz.mutations import WHOLE_RUN, fuzzed, most_examples, seed, seeds
from fuzz.pem import pem_of
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mqtt.certificates import Authority

from collector.client.correspondence import Correspondence
from collector.client.provisioning import certificates
from collector.clock import Deadline
from collector.errors import IdentityError
from collector.plugin.source import Metric
from collector.publishing.inventory.atlas import Atlas
from collector.publishing.inventory.inventory import Inventory, InventoryMode, Wishes
from collector.testkit.clock import FakeClock
from collector.wire import fields, replies
from collector.wire.topics import Address, Operation, parse_request, request_topic
from collector.wire.units import ValueUnit

REPLIES = seeds("replies")
REQUESTS = seeds("requests")
PARSERS = [
    replies.answer_of,
    replies.parse_sensor_created,
    replies.parse_sensor_list,
    replies.parse_metrics_created,
    replies.parse_metric_description,
    replies.parse_live_data,
]
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # cryptography's, of odd ones

ANSWERED = [each for each in Operation if each is not Operation.REPORT_ERROR]
MORE = st.lists(st.sampled_from(REPLIES), max_size=3)


def read_or_malformed(parse, payload):
    with contextlib.suppress(fields.MalformedReplyError):
        parse(payload)


@fuzzed(REPLIES)
def test_any_reply_is_read_or_malformed(examine, data):
    for parse in PARSERS:
        examine(read_or_malformed, parse, data)


@fuzzed(REPLIES)
def test_any_refusal_has_a_code_and_metrics_that_are_text(examine, data):
    error = examine(replies.parse_error, data)

    assert isinstance(error.code, int)
    assert all(isinstance(metric, str) for metric in error.metrics)


def correspond(operation, request, reply):
    """Return how many requests are settled by a reply on each of their topics in turn."""
    clock, settled = FakeClock(), 0
    address = Address("c1", "weather", "temp")
    for number in range(2):
        mail = Correspondence()
        waiting = mail.start(operation, address, request, Deadline.after(clock, 10.0))
        for topic in waiting.filters[number:]:
            settled += len(mail.on_message(topic, reply))
        settled += len(mail.on_disconnected("gone"))
    return settled


@fuzzed(REPLIES, operation=st.sampled_from(ANSWERED), request=st.sampled_from(REQUESTS))
def test_any_reply_to_any_request_settles_it_once_or_leaves_it(examine, data, operation, request):
    # Requests come from askers on the status socket too, who may write anything.
    assert 2 == examine(correspond, operation, request, data)


TOPICS = [
    *(f"{P}/ping/info/inbox", f"{P}/ping/error/inbox"),
    *(f"{P}/sensor/a/info/inbox", f"{P}/sensor/a/error/inbox", f"{P}/sensor/b/error/inbox"),
    *(f"{P}/sensor/error/inbox", f"{P}/sensor/a/livedata", f"{P}/nothing", ""),
]


def deliver(topic, payloads):
    """Have an agent say something of its own beside its answers; then let it be honest."""
    world = World()
    world.connect()
    for number in range(20):
        world.put("ab"[number % 2], metrics=("m", "n"))
        if number < len(payloads):
            world.publisher.pump()
            if not world.publisher.on_message(topic, payloads[number]):
                world.publisher.on_live_data(topic, payloads[number])
    world.run(4000, step_s=20)
    return world


@example(data=seed("replies", "live_digits.json"), topic=f"{P}/sensor/a/livedata", more=[])
@fuzzed(REPLIES, cost=WHOLE_RUN, topic=st.sampled_from(TOPICS), more=MORE)
def test_any_message_leaves_every_reading_delivered_or_counted(examine, data, topic, more):
    world = examine(deliver, topic, [data, *more])

    assert 0 == world.pending
    assert 40 == world.delivered + world.dropped
    assert all(account.balances for account in world.ledger.accounts())


def keep_inventory(directory, mode, payloads):
    """Answer what the inventory asks with payloads, as replies and as errors.

    Returns:
        Whether it asked nothing that can be no request.
    """
    clock = FakeClock()
    (directory / "inventory.json").unlink(missing_ok=True)
    atlas = Atlas(directory / "inventory.json", "c1")
    inventory = Inventory(atlas, "c1", Wishes(mode), clock, lambda _: None)
    inventory.declare("a", [Metric(id="t", unit=ValueUnit.CELSIUS), Metric(id="n", name="N")])
    inventory.confirmed("a", {"t", "n"})
    inventory.set_state("a", is_online=False)
    inventory.recreate("a", {"t": 1.0})
    inventory.recreate("a", {})
    is_sound = True
    for number in range(30):
        ask = inventory.next_ask()
        if ask is None:
            clock.advance(61)
            continue
        asked = parse_request(request_topic(ask.operation, ask.address))
        is_sound &= asked is not None and asked.address == ask.address
        payload = payloads[number % len(payloads)]
        inventory.answered(replies.parse_error(payload) if number % 3 == 2 else payload)
    Atlas(directory / "inventory.json", "c1").record("a")
    return is_sound


@fuzzed(REPLIES, cost=WHOLE_RUN, mode=st.sampled_from(InventoryMode), more=MORE)
def test_any_answer_about_the_inventory_is_survived(examine, shared, data, mode, more):
    assert examine(keep_inventory, shared, mode, [data, *more])


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    return tmp_path_factory.mktemp("inventory")


class Enrolling:
    """A key and its certificate."""

    def __init__(self, directory):
        authority = Authority(directory)
        self.authority = x509.load_pem_x509_certificates(authority.ca_file.read_bytes())
        pair = authority.issue("client")
        self.sent = pair.certificate_file.read_bytes()
        self.key = certificates.read_key(pair.key_file.read_bytes())

    def check(self, received):
        try:
            return certificates.checked(received, self.key, "gateway", self.authority)
        except IdentityError as error:
            return error


@pytest.fixture(scope="session")
def enrolling(tmp_path_factory):
    return Enrolling(tmp_path_factory.mktemp("enrolling"))


CERTIFICATES = seeds("certificates")


@fuzzed(CERTIFICATES)
def test_any_certificate_that_is_not_ours_is_refused_in_words(examine, enrolling, data):
    outcomes = [examine(enrolling.check, data), examine(enrolling.check, enrolling.sent + data)]

    assert isinstance(outcomes[0], IdentityError)
    assert str(outcomes[0])


@settings(max_examples=most_examples(), deadline=None)
@given(at=st.integers(0, 400), change=st.integers(1, 255))
def test_our_certificate_is_refused_where_its_authority_did_not_write_it(
    examine, enrolling, at, change
):
    ours = x509.load_pem_x509_certificate(enrolling.sent)
    der = bytearray(ours.public_bytes(Encoding.DER))
    der[at % len(der)] ^= change

    outcome = examine(enrolling.check, pem_of(bytes(der), "CERTIFICATE"))

    if not isinstance(outcome, IdentityError):  # what stands around the signed part may differ
        kept = x509.load_pem_x509_certificate(outcome.certificate)
        assert ours.tbs_certificate_bytes == kept.tbs_certificate_bytes
