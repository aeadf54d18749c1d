"""The status page of a real run in a real browser: live, drawn, within its policy, on a phone."""

import json

import pytest

pytestmark = [
    pytest.mark.needs_chromium,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # selenium's own sockets
]

NUMBER = "#sensors .metric .number"
DRAWN = """
const canvas = document.querySelector(".plot canvas");
if (!canvas) return 0;
const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
return new Set(new Uint32Array(data.buffer)).size;
"""
OVERFLOWING = """
return [...document.querySelectorAll("main *")]
  .filter((each) => !each.closest(".scroll") && !each.closest(".hidden"))
  .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
  .map((each) => each.outerHTML.slice(0, 80));
"""
OF_ONE_SENSOR = """
const [count, sensor = "s", value = 1] = arguments;
const node = document.createElement("div");
node.id = "many";
document.querySelector("#many")?.remove();
document.querySelector("main").append(node);
const { Sensors } = await import("/static/sensors.js");
const values = [...Array(count).keys()].map((place) => (
  { sensor, metric: `m${place}`, name: `m${place}`, value, unit: "", age_s: 0 }));
new Sensors(node, document.createElement("input"))
  .show({ values, sources: [], ledger: [], delivery: { confirmed_age_s: {} } });
"""
A_PLOT = """
const { Plot } = await import("/static/plot.js");
const plot = new Plot("long", "W");
plot.node.id = "long";
document.querySelector("main").append(plot.node);
const now = Date.now() / 1000;
plot.take([...Array(arguments[0]).keys()].map((place) => [now - 500 + place / 1000, place]));
"""
READ = """
const { reading } = await import("/static/words.js");
return [
  reading(68719476736, "bit"), reading(16384, "bit"), reading(12, "bit"),
  reading(1572864, "B"), reading(1234567.8, "bit/s")];"""
UNNAMED = """
return [...document.querySelectorAll("button, a, input, section, meter, [role=img], [role=group]")]
  .filter((each) => each.offsetParent && !(each.textContent.trim() || each.ariaLabel ||
    each.labels?.length || each.getAttribute("aria-labelledby")))
  .map((each) => each.outerHTML.slice(0, 80));
"""
CONTRASTS = """
const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
const light = (colour) => channels(colour).slice(0, 3)
  .map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  .reduce((sum, c, place) => sum + c * [0.2126, 0.7152, 0.0722][place], 0);
const back = (each) => {
  for (; each; each = each.parentElement) {
    const colour = getComputedStyle(each).backgroundColor;
    if ((channels(colour)[3] ?? 1) === 1) return colour;
  }
};
return [...document.querySelectorAll("body *")]
  .filter((each) => each.offsetParent && [...each.childNodes].some((node) => node.nodeType === 3
    && node.textContent.trim()))
  .map((each) => {
    const [a, b] = [light(getComputedStyle(each).color), light(back(each))].sort((x, y) => y - x);
    return [(a + 0.05) / (b + 0.05), each.outerHTML.slice(0, 80)];
  })
  .filter(([ratio]) => ratio < 4.5);
"""


def test_values_change_live(page):
    before = page.text(NUMBER)

    page.wait(lambda: page.text(NUMBER) not in ("", before), "another value is shown")

    assert "All is well" == page.text("#verdict .title")
    assert "connected" == page.text("#tiles .main")
    assert "counter" == page.text("#sensors h3")
    assert "°C" == page.text("#sensors .unit")


def test_the_plot_is_drawn_and_goes_on(page):
    page.click("#sensors .metric")

    page.wait(lambda: page.run(DRAWN) > 4, "there are colours on the canvas")
    told = page.text(".extremes")
    page.wait(lambda: page.text(".extremes") != told, "the plot goes on")
    assert "least" in told
    assert page.run("return document.querySelector('.spark polyline').points.length") > 1


def test_the_page_asks_nobody_else_and_complains_of_nothing(page, run):
    page.click("#sensors .metric")
    page.wait(lambda: page.run(DRAWN) > 4, "the plot is drawn")

    asked = page.requests()

    assert [] == page.complaints()
    assert {f"{run.address}api/events", f"{run.address}static/uplot/uPlot.iife.min.js"} <= {*asked}
    assert [] == [each for each in asked if not each.startswith(run.address)]


def test_the_policy_holds_against_foreign_scripts(page, run):
    page.run("""
        const script = document.createElement("script");
        script.textContent = "window.broken = 'inline'";
        document.body.append(script);
        document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.broken = 1'>");
        new Image().src = "http://127.0.0.1:9/";
        const other = document.createElement("script");
        other.src = "http://127.0.0.1:9/x.js";
        document.body.append(other);
    """)

    refused = page.wait(
        lambda: [each for each in page.complaints() if "Content Security Policy" in each],
        "the browser refuses",
    )

    assert refused
    assert page.run("return window.broken ?? null") is None


def test_on_a_phone_nothing_lies_beside_the_screen(page):
    page.resize(360, 740)
    page.click("#sensors .metric")
    page.wait(lambda: page.run(DRAWN) > 4, "the plot is drawn")

    assert 360 >= page.run("return document.documentElement.scrollWidth")
    assert [] == page.run(OVERFLOWING)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read_and_has_a_name(page, scheme):
    page.prefer(scheme)

    assert [] == page.run(CONTRASTS)
    assert [] == page.run(UNNAMED)


def test_a_metric_is_found_by_its_name(page):
    page.run("""
        const search = document.getElementById("search");
        search.value = "wide";
        search.dispatchEvent(new Event("input"));
    """)

    assert 1 == page.run("return document.querySelectorAll('#sensors .metric').length")
    assert "wide" in page.text("#sensors .name")


def test_metrics_beyond_a_few_are_shown_on_request(page):
    page.run(OF_ONE_SENSOR, 40)
    shown = "return document.querySelectorAll('#many .metric').length"
    assert (12, "Show all 40 metrics") == (page.run(shown), page.text("#many .more"))

    page.click("#many .more")

    assert (40, "Show fewer") == (page.run(shown), page.text("#many .more"))


def test_a_plot_is_drawn_however_many_points_it_has(page):
    page.run(A_PLOT, 200_000)

    assert "least 0 W, most 200.0 kW" == page.text("#long .extremes").replace("\u00a0", " ")


def test_an_odd_name_of_a_sensor_is_but_a_name(page):
    page.run(OF_ONE_SENSOR, 1, "constructor")

    assert "constructor" == page.text("#many h3")
    assert "none confirmed yet" in page.text("#many .age")


def test_amounts_of_data_are_shown_in_bytes(page):
    shown = page.run(READ)

    expected = [["8.000", "GiB"], ["2.000", "KiB"], ["12", "bit"], ["1.500", "MiB"]]
    assert [*expected, ["1.235", "Mbit/s"]] == shown


def test_text_is_shown_and_opens_no_plot(page):
    page.run(OF_ONE_SENSOR, 1, "text", "<b>bold</b>")

    assert "<b>bold</b>" == page.text("#many .number")
    assert 0 == page.run("return document.querySelectorAll('#many button.metric').length")


def test_trouble_with_a_source_is_told_in_plain_words(page, run):
    run.make_trouble("unavailable")

    page.wait(lambda: "1 thing to look at" == page.text("#verdict .title"), "it is told")

    assert "second: the device does not answer" in page.text("#verdict li p")
    assert "failing" in page.text("#sources")
    assert "bad" == page.run("return document.getElementById('verdict').dataset.level")


def test_the_page_comes_back_by_itself_after_a_restart(page, run):
    run.collector.stop()
    page.wait(lambda: "no answer" in page.text("#stream"), "it says that nobody answers")

    run.start()

    page.wait(lambda: page.text("#stream") == "live", "it is live again")
    assert "up" in page.text("#run")


def test_a_page_of_another_version_than_the_collector_is_loaded_anew(page):
    page.run("""
        const parse = JSON.parse;
        window.isOld = true;
        JSON.parse = (text) => ({ ...parse(text), version: "9.9" });
    """)

    page.wait(lambda: not page.run("return window.isOld"), "it is loaded anew")

    page.wait(lambda: page.text("#stream") == "live", "it is live")


def test_what_the_page_shows_is_the_status(page, run):
    served = json.loads(page.run("return fetch('/api/status').then((answer) => answer.text())"))

    assert run.collector.status().keys() == served.keys()
    assert "# TYPE collector_sensor_value gauge" in page.run(
        "return fetch('/metrics').then((answer) => answer.text())"
    )
