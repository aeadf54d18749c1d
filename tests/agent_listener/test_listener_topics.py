"""Topics, filters, and who wants what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.agent.listener import Limits
from collector.agent.listener.subscriptions import Subscriptions
from collector.agent.listener.topics import is_filter, is_topic

LEVELS = st.sampled_from(["", "a", "b", "c"])
TOPICS = st.lists(LEVELS, min_size=1, max_size=4).map("/".join).filter(bool)
FILTERS = (
    st.tuples(st.lists(LEVELS | st.just("+"), min_size=1, max_size=4), st.sampled_from([[], ["#"]]))
    .map(lambda parts: "/".join(parts[0] + parts[1]))
    .filter(bool)
)


def matches(topic_filter, topic):
    """Say the rule as the standard does, level by level."""
    wanted, levels = topic_filter.split("/"), topic.split("/")
    for at, want in enumerate(wanted):
        if want == "#":
            return True
        if at >= len(levels) or want not in ("+", levels[at]):
            return False
    return len(wanted) == len(levels) or wanted[len(levels) :] == ["#"]


@given(st.lists(st.tuples(st.integers(1, 4), FILTERS, st.integers(0, 2))), TOPICS)
def test_each_subscriber_is_found_once_with_its_highest_qos(wanted, topic):
    subscriptions = Subscriptions()
    expected = {}
    latest = {(who, topic_filter): qos for who, topic_filter, qos in wanted}
    for who, topic_filter, qos in wanted:
        subscriptions.add(who, topic_filter, qos)
    for (who, topic_filter), qos in latest.items():
        if matches(topic_filter, topic):
            expected[who] = max(qos, expected.get(who, 0))

    found = subscriptions.of(topic)

    assert expected == dict(found)
    assert len(expected) == len(found)


@given(st.lists(st.tuples(st.integers(1, 4), FILTERS)), TOPICS, st.data())
def test_who_unsubscribes_is_found_no_longer(wanted, topic, data):
    subscriptions = Subscriptions()
    for who, topic_filter in wanted:
        subscriptions.add(who, topic_filter, 1)
    subscriptions.of(topic)
    removed = data.draw(st.lists(st.sampled_from(wanted)) if wanted else st.just([]))

    for who, topic_filter in removed:
        subscriptions.remove(who, topic_filter)

    left = set(wanted) - set(removed)
    expected = {who for who, topic_filter in left if matches(topic_filter, topic)}
    assert expected == {who for who, _ in subscriptions.of(topic)}


def test_nothing_is_left_of_what_was_unsubscribed():
    subscriptions = Subscriptions()
    subscriptions.add("a", "x/y/z", 1)
    subscriptions.add("a", "x/#", 1)

    for topic_filter in ("x/y/z", "x/#", "never/there"):
        subscriptions.remove("a", topic_filter)

    assert not subscriptions._root.below


def test_remembered_topics_are_bounded():
    subscriptions = Subscriptions()
    subscriptions.add("a", "#", 1)

    for number in range(10_000):
        assert (("a", 1),) == subscriptions.of(f"t/{number}")

    assert len(subscriptions._found) <= 4096


@pytest.mark.parametrize("topic", ["/a", "a", "//", "a/b c/d", "/", "a" * 1024])
def test_topics_that_may_be_published(topic):
    assert is_topic(topic, Limits())


@pytest.mark.parametrize("topic", ["", "a/+", "#", "a#", "$SYS/x", "a" * 1025, "/" * 32, "é" * 513])
def test_topics_that_may_not_be_published(topic):
    assert not is_topic(topic, Limits())


@pytest.mark.parametrize("topic_filter", ["/a", "a/#", "#", "+", "+/+/#", "//", "a/+/b", "/+"])
def test_filters(topic_filter):
    assert is_filter(topic_filter, Limits())


@pytest.mark.parametrize(
    "topic_filter", ["", "a#", "a/#/b", "a+", "+a/b", "#/", "$SYS/#", "$share/x/y", "a" * 1025]
)
def test_texts_that_are_no_filters(topic_filter):
    assert not is_filter(topic_filter, Limits())
