"""The Markdown files of the repository: their links, and the anchors that links may lead to."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
_CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_FENCES = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def pages():
    """Return all pages, without those of environments and caches."""
    return sorted(
        path
        for path in ROOT.rglob("*.md")
        if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
        and "dist" not in path.relative_to(ROOT).parts
    )


def links(page):
    """Return (file, anchor) of each link of a page to this repository; its own file if unnamed."""
    text = _CODE.sub("", page.read_text("utf-8"))
    found = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:", target):
            file, _, anchor = target.partition("#")
            found.append(((page.parent / file).resolve() if file else page, anchor))
    return found


def anchors(page):
    """Return the anchors of a page's headings, as the usual renderers make them."""
    seen = Counter()
    found = set()
    text = _FENCES.sub("", page.read_text("utf-8"))
    for title in re.findall(r"^#{1,6} +(.+?)\s*$", text, re.MULTILINE):
        words = re.sub(r"\]\([^)]*\)", "", title).lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found
