import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector_system.names import id_part, mount_part

_ALPHABET = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


@pytest.mark.parametrize(
    ("mount_point", "part"),
    [
        ("/", "root"),
        ("/home", "home"),
        ("/boot/firmware", "boot_firmware"),
        ("/mnt/usb-stick", "mnt_usb-stick"),
    ],
)
def test_a_plain_mount_point_is_named_after_its_words(mount_point, part):
    assert part == mount_part(mount_point, 14)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/mnt/a/b", "/mnt/a_b"),
        ("/", "/root"),
        ("/media/backup-disk-1", "/media/backup-disk-2"),
        ("/data\u00e9", "/data\u00e8"),
        ("/a b", "/a_b"),
    ],
)
def test_mount_points_that_look_alike_get_different_parts(one, other):
    assert mount_part(one, 14) != mount_part(other, 14)


def test_the_name_of_an_interface_stands_as_it_is():
    assert id_part("enp3s0f0np1", 12) == "enp3s0f0np1"


def test_a_long_name_is_cut_and_marked():
    part = id_part("wlx001122334455", 12)

    assert part == "wlx00-" + part[-6:]
    assert len(part) == 12


def test_a_name_that_looks_like_a_shortened_one_is_marked_too():
    shortened = id_part("wlx001122334455", 12)

    assert shortened != id_part(shortened, 12)


@given(st.text(min_size=1, max_size=60), st.integers(8, 24))
def test_every_part_fits_and_is_made_of_the_contracts_letters(name, longest):
    for part in (id_part(name, longest), mount_part("/" + name, longest)):
        assert set(part) <= _ALPHABET
        assert 1 <= len(part) <= longest


@given(st.lists(st.text("ab_-/. 0", min_size=1, max_size=12), min_size=2, max_size=30, unique=True))
def test_different_names_never_share_a_part(names):
    assert len(names) == len({id_part(name, 12) for name in names})
    assert len(names) == len({mount_part("/" + name, 12) for name in names})


@given(st.text(min_size=1))
def test_a_name_always_gives_the_same_part(name):
    assert id_part(name, 10) == id_part(name, 10)
