"""Whatever a page links to is there, and every page can be reached from the README."""

import pytest
from markdown_pages import ROOT, anchors, links, pages

PAGES = pages()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page):
    assert [] == [str(file) for file, _ in links(page) if not file.exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_anchor_of_a_link_is_a_heading_there(page):
    missing = [
        f"{file.name}#{anchor}"
        for file, anchor in links(page)
        if anchor and file.suffix == ".md" and anchor not in anchors(file)
    ]

    assert [] == missing


def test_every_page_can_be_reached_from_the_readme():
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached:
            reached.add(page)
            waiting += [file for file, _ in links(page) if file.suffix == ".md" and file.exists()]

    assert [] == [str(page.relative_to(ROOT)) for page in PAGES if page not in reached]


def test_the_index_names_every_page_of_the_docs():
    named = {file for file, _ in links(ROOT / "docs" / "README.md")}
    pages_of_docs = {page for page in PAGES if page.parent == ROOT / "docs"}

    missing = pages_of_docs - named - {ROOT / "docs" / "README.md"}
    assert [] == [str(page.relative_to(ROOT)) for page in missing]


def test_anchors_are_made_as_renderers_make_them(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A `b` of it's own\n\n```sh\n# none\n```\n\n## C_d, e-f\n## C_d, e-f\n")

    assert {"a-b-of-its-own", "c_d-e-f", "c_d-e-f-1"} == anchors(page)
