import pytest

from collector import ConfigError
from collector_modbus.profiles.device_library import Library


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "acme-m1.toml").write_text(
        'vendor = "Acme"\nmodel = "M1"\n[[point]]\nmetric = "power"\naddress = 3\n'
    )
    (tmp_path / "README.md").write_text("no profile")
    return tmp_path


def test_names_are_those_of_the_files_in_order(folder):
    (folder / "abc.toml").touch()

    assert ("abc", "acme-m1") == Library(folder).names()


def test_a_profile_is_loaded_by_its_name(folder):
    loaded = Library(folder).load("acme-m1")

    assert ("Acme", "power") == (loaded.vendor, loaded.points[0].metric)


@pytest.mark.parametrize("name", ["acme-m2", "Acme-M1", "acme", "acme-m1.toml"])
def test_an_unknown_name_is_answered_with_the_nearest_and_where_to_look(folder, name):
    with pytest.raises(ValueError, match=f"there is no '{name}'.*acme-m1.*modbus profiles"):
        Library(folder).load(name)


def test_a_name_does_not_lead_out_of_the_library(folder):
    (folder / "inner").mkdir()

    with pytest.raises(ValueError, match=r"there is no '\.\./acme-m1'"):
        Library(folder / "inner").load("../acme-m1")


def test_a_file_of_the_users_own_is_complained_about_with_its_lines(folder):
    file = folder / "acme-m1.toml"
    file.write_text('vendor = "Acme"\nmodel = "M1"\n[[point]]\nmetric = "power"\nadress = 3\n')

    with pytest.raises(ConfigError, match=r"acme-m1\.toml:5:1: .*did you mean address\?"):
        Library().load_file(file)
