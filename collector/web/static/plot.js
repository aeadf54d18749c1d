// The large plot of one metric: uPlot with our colours, gaps where nothing came, and ranges.

/* global uPlot */
import { el, setText } from "./dom.js";
import { age, reading } from "./words.js";

const HEIGHT = 220;
const RANGES = [
  ["10 min", 600],
  ["1 h", 3600],
  ["8 h", 28800],
];
const GAP_FACTOR = 5;
const LEAST_GAP_S = 130; // more than the coarse points are apart
const LEAST_SPAN_S = 60;

const dark = matchMedia("(prefers-color-scheme: dark)");

export class Plot {
  constructor(title, unit) {
    this.title = title;
    this.unit = unit;
    this.points = [];
    this.range_s = RANGES[0][1];
    this.canvas = el("div", { class: "canvas" });
    this.text = el("p", { class: "dim extremes" });
    this.buttons = RANGES.map(([name, seconds]) =>
      el("button", { type: "button", "aria-pressed": seconds === this.range_s, onclick: () => this.choose(seconds) }, name),
    );
    const bar = el("div", { class: "ranges", role: "group", "aria-label": "Time shown" }, ...this.buttons, this.text);
    this.node = el("div", { class: "plot" }, bar, this.canvas);
    this.observer = new ResizeObserver(() => this.resize());
    this.redraw = () => this.make();
    dark.addEventListener("change", this.redraw);
  }

  /** Draw these points in place of all; the node has to be on the page. */
  take(points) {
    this.points = points;
    if (this.chart) this.draw();
    else this.begin(points);
  }

  begin(points) {
    const span = points.length ? Date.now() / 1000 - points[0][0] : 0;
    this.range_s = (RANGES.find(([, seconds]) => seconds >= span) ?? RANGES.at(-1))[1];
    this.make();
    this.observer.observe(this.canvas);
    this.choose(this.range_s);
  }

  draw() {
    if (!this.chart) return;
    const now = Date.now() / 1000;
    const shown = this.points.filter(([at]) => at >= now - this.range_s);
    this.chart.setData(columns(shown), false);
    this.shown = shown;
    const begin = Math.min(shown[0]?.[0] ?? now, now - LEAST_SPAN_S);
    this.chart.setScale("x", { min: Math.max(now - this.range_s, begin), max: now });
    this.tell();
  }

  /** Say what is under the pointer; without one, what the extremes are. */
  tell() {
    const place = this.chart.cursor.idx;
    const [at, value] = place == null ? [] : [this.chart.data[0][place], this.chart.data[1][place]];
    const isOver = value != null;
    const text = isOver ? `${reading(value, this.unit).join("\u00a0")}, ${age(Date.now() / 1000 - at)} ago` : extremes(this.shown ?? [], this.unit);
    setText(this.text, text);
  }

  choose(seconds) {
    this.range_s = seconds;
    this.buttons.forEach((button, place) => button.setAttribute("aria-pressed", RANGES[place][1] === seconds));
    this.draw();
  }

  end() {
    this.observer.disconnect();
    dark.removeEventListener("change", this.redraw);
    this.chart?.destroy();
    this.chart = null;
  }

  make() {
    this.chart?.destroy();
    const drawn = options(this.canvas.clientWidth, this.unit, () => this.chart && this.tell());
    this.chart = new uPlot(drawn, [[], []], this.canvas);
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", `${this.title} over time`);
    this.draw();
  }

  resize() {
    const width = this.canvas.clientWidth;
    if (this.chart && width && width !== this.chart.width) this.chart.setSize({ width, height: HEIGHT });
  }
}

function extremes(points, unit) {
  if (!points.length) return "nothing in this time";
  const values = points.map(([, value]) => value);
  const text = (value) => reading(value, unit).join("\u00a0");
  return `least ${text(values.reduce((a, b) => Math.min(a, b)))}, most ${text(values.reduce((a, b) => Math.max(a, b)))}`;
}

/** Return what uPlot draws, with a null where nothing came for much longer than usual. */
function columns(points) {
  const steps = points.slice(1).map(([at], place) => at - points[place][0]);
  const usual = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
  const [times, values] = [[], []];
  points.forEach(([at, value], place) => {
    const step = steps[place - 1] ?? 0;
    if (step > Math.max(LEAST_GAP_S, usual * GAP_FACTOR)) {
      times.push(at - step / 2);
      values.push(null);
    }
    times.push(at);
    values.push(value);
  });
  return [times, values];
}

function options(width, unit, onCursor) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const font = "12px system-ui, sans-serif";
  const axis = { stroke: colour("--dim"), font, ticks: { show: false }, grid: { stroke: colour("--line"), width: 1 } };
  return {
    width: width || 320,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    hooks: { setCursor: [onCursor] },
    scales: { x: { time: true }, y: { range: spread } },
    axes: [
      { ...axis, space: 70, values: (_, ticks, __, ___, step) => ticks.map((at) => clock(at, step)) },
      { ...axis, size: 64, values: (_, ticks) => ticks.map((value) => label(value, unit)) },
    ],
    series: [
      {},
      {
        stroke: colour("--accent"),
        fill: colour("--shade"),
        width: 2,
        points: { show: false },
      },
    ],
  };
}

/** Return a tick of the value axis; its unit only where a prefix tells its size. */
function label(value, unit) {
  const [number, its] = reading(value, unit);
  return its === unit ? number : `${Number(number)} ${its.slice(0, 1)}`;
}

function spread(_, low, high) {
  if (low == null) return [0, 1];
  const room = (high - low || Math.abs(high) || 1) * 0.1;
  return [low - room, high + room];
}

function clock(at, step) {
  const time = { hour: "2-digit", minute: "2-digit", hour12: false };
  if (step < 60) time.second = "2-digit";
  return new Date(at * 1000).toLocaleTimeString([], time);
}
