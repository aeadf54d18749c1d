import pytest

from collector_system.tree import Tree


@pytest.fixture
def tree(tmp_path):
    return Tree(str(tmp_path))


def test_a_file_is_read_to_its_end(tree, tmp_path):
    (tmp_path / "long").write_text("line\n" * 50_000)

    assert tree.text("long") == "line\n" * 50_000


def test_a_file_that_is_not_there_is_named(tree):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        tree.text("nowhere")


@pytest.mark.parametrize(
    ("content", "text", "number"),
    [
        (b" 51540\n", "51540", 51540),
        (b"-1\n", "-1", -1),
        (b"", "", None),
        (b"Full\n", "Full", None),
        (b"\xff\n", "\N{REPLACEMENT CHARACTER}", None),
    ],
)
def test_an_attribute_is_text_and_perhaps_a_number(tree, tmp_path, content, text, number):
    (tmp_path / "attribute").write_bytes(content)

    assert tree.optional("attribute") == text
    assert tree.number("attribute") == number


def test_an_attribute_that_is_not_there_or_no_file_is_none(tree, tmp_path):
    (tmp_path / "directory").mkdir()

    assert tree.optional("nowhere") is None
    assert tree.optional("directory") is None
    assert tree.number("nowhere") is None


def test_names_are_sorted_and_none_where_there_is_no_directory(tree, tmp_path):
    (tmp_path / "b").touch()
    (tmp_path / "a").mkdir()

    assert tree.names("") == ["a", "b"]
    assert tree.names("nowhere") == []


def test_a_link_leads_to_a_name_even_when_nothing_is_there(tree, tmp_path):
    (tmp_path / "link").symlink_to("../far/away")
    (tmp_path / "file").touch()

    assert tree.target("link") == "away"
    assert tree.target("file") is None


def test_what_is_there_is_told_from_what_is_not(tree, tmp_path):
    (tmp_path / "stat").touch()

    assert tree.has("stat")
    assert not tree.has("stats")
