"""The wheel brings all files of the status page, and the licence of what others wrote."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "collector" / "web" / "static"


def test_the_wheel_holds_every_file_of_the_status_page():
    wheel = pytest.importorskip("hatchling.builders.wheel", reason="comes with the extra 'dev'")

    included = {
        file.distribution_path for file in wheel.WheelBuilder(str(ROOT)).recurse_included_files()
    }

    wanted = {str(file.relative_to(ROOT)) for file in STATIC.rglob("*") if file.is_file()}
    assert {"collector/web/static/uplot/LICENSE", "collector/web/static/index.html"} < wanted
    assert wanted <= included
