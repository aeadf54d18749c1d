"""Places for visitors: never more than there are, and none kept by who proves nothing."""

import asyncio

from collector.web.places import Places


def test_who_proves_nothing_makes_room_for_a_newcomer_earliest_first():
    async def scenario():
        places = Places(2)
        earliest, second, newcomer = await visitors(places, 3)

        return places.taken, [earliest.cancelling(), second.cancelling(), newcomer.cancelling()]

    assert (2, [1, 0, 0]) == asyncio.run(scenario())


def test_who_may_be_here_keeps_the_place_until_leaving():
    async def scenario():
        places = Places(1)

        async def proven():
            places.take()
            places.keep()
            turned_away = await asyncio.create_task(took(places))
            places.leave()
            return turned_away, await asyncio.create_task(took(places))

        return await proven()

    assert (False, True) == asyncio.run(scenario())


def test_a_place_can_be_left_twice_and_by_who_lost_it():
    async def scenario():
        places = Places(1)
        places.take()
        places.leave()
        places.leave()
        return places.taken

    assert 0 == asyncio.run(scenario())


async def took(places):
    return places.take()


async def visitors(places, count):
    async def visit():
        places.take()
        await asyncio.Event().wait()

    tasks = []
    for _ in range(count):
        tasks.append(asyncio.create_task(visit()))
        await asyncio.sleep(0)
    return tasks
