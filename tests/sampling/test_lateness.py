"""How late ticks are: since somebody last asked, and of the last ones."""

from collector.sampling.lateness import KEPT, Lateness, Latenesses, over_all


def links(*latenesses):
    found = []
    for late in latenesses:
        link = Latenesses()
        for late_s in late:
            link.add(late_s)
        found.append(link)
    return found


def taken(found):
    return over_all(link.take() for link in found)


def test_without_a_tick_there_is_none():
    assert Lateness(0.0, 0.0) == taken(links([], []))
    assert Lateness(0.0, 0.0) == over_all([])


def test_all_links_are_taken_together():
    assert Lateness(3.0, 9.0) == taken(links([1.0, 9.0], [2.0, 3.0, 4.0]))


def test_each_interval_is_its_own():
    [link] = found = links([1.0, 2.0, 30.0])
    taken(found)
    assert Lateness(0.0, 0.0) == taken(found)

    link.add(0.5)

    assert Lateness(0.5, 0.5) == taken(found)
    assert 2.0 == link.quantile(50)


def test_the_worst_of_many_is_known_although_few_are_kept():
    found = links([7.0] + [0.1] * (10 * KEPT))

    assert Lateness(0.1, 7.0) == taken(found)
