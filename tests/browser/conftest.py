"""A real Chromium without a window, and the page of a real run in it."""

import json
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from place import Place
from running import Collector, wait_until

T = TypeVar("T")

ARGUMENTS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--no-first-run"),
    *("--no-proxy-server", "--window-size=1280,900", "--lang=en"),
)
SOURCES = (
    """
[[source]]
plugin = "counter"
sensor = "counter"
interval = "200ms"
metrics = ["count", "wide-one"]
""",
    """
[[source]]
plugin = "counter"
sensor = "second"
interval = "200ms"
trouble = "trouble"
integer = true
""",
)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Run:
    """A collector with an agent of its own and a page; it can be started again."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.address = f"http://127.0.0.1:{(port := free_port())}/"
        place.configure(*SOURCES, tables=f"[web]\nenabled = true\nport = {port}")
        self.collector = self.start()

    def start(self) -> Collector:
        self.collector = self.place.collector("--embedded-agent")
        self.collector.wait_until_confirmed(3)
        return self.collector

    def make_trouble(self, kind: str) -> None:
        (self.place.path / "trouble").write_text(kind)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    place = Place(tmp_path_factory.mktemp("page"))
    try:
        yield Run(place)
    finally:
        place.clean_up()


class Browser:
    """Chromium, and what tests ask of the page in it."""

    def __init__(self, profile: Path) -> None:
        webdriver = pytest.importorskip("selenium.webdriver", reason="comes with the extra 'dev'")
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for argument in (*ARGUMENTS, f"--user-data-dir={profile}"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        service = webdriver.ChromeService(shutil.which("chromedriver"))
        self._driver = webdriver.Chrome(options=options, service=service)

    def open(self, address: str) -> None:
        """Load a page; what was asked and complained before is forgotten."""
        self.requests()
        self.complaints()
        self._driver.get(address)
        self.wait(lambda: self.text("#stream") == "live", "the page is live")

    def run(self, script: str, *arguments: Any) -> Any:
        return self._driver.execute_script(script, *arguments)

    def text(self, selector: str) -> str:
        return self.run("return document.querySelector(arguments[0])?.textContent ?? ''", selector)

    def click(self, selector: str) -> None:
        self.run("document.querySelector(arguments[0]).click()", selector)

    def wait(self, condition: Callable[[], T], what: str) -> T:
        return wait_until(condition, f"{what}; the page says: {self.text('body')[:600]}")

    def complaints(self) -> list[str]:
        """Return what was written to the console since the last call."""
        return [f"{each['level']} {each['message']}" for each in self._driver.get_log("browser")]

    def requests(self) -> list[str]:
        """Return the addresses of all requests since the last call, but the browser's own."""
        entries = [json.loads(entry["message"]) for entry in self._driver.get_log("performance")]
        messages = [entry["message"] for entry in entries]
        asked = [
            message["params"]["request"]["url"]
            for message in messages
            if message["method"] == "Network.requestWillBeSent"
        ]
        return [address for address in asked if not address.startswith("chrome")]

    def resize(self, width: int, height: int) -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 2, "mobile": True}
        self._driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def unsize(self) -> None:
        self._driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    def prefer(self, scheme: str) -> None:
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self._driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})

    def quit(self) -> None:
        self._driver.quit()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.quit()


@pytest.fixture
def page(browser: Browser, run: Run) -> Browser:
    """The page of the run, freshly loaded."""
    browser.unsize()
    browser.open(run.address)
    return browser
