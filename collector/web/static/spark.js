// The small plot beside a value.

import { svg } from "./dom.js";

const WIDTH = 120;
const HEIGHT = 28;
const SPAN_S = 3600;
const MOST_POINTS = 240;

export class Spark {
  constructor() {
    this.line = svg("polyline", { fill: "none", "vector-effect": "non-scaling-stroke" });
    const box = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" };
    this.node = svg("svg", { class: "spark", ...box }, this.line);
    this.points = [];
  }

  draw() {
    const from = Date.now() / 1000 - SPAN_S;
    this.points = this.points.filter(([at]) => at >= from).slice(-MOST_POINTS);
    if (this.points.length < 2) return;
    const [begin, end] = [this.points[0][0], this.points.at(-1)[0]];
    const values = this.points.map(([, value]) => value);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const x = (at) => ((at - begin) / (end - begin || 1)) * WIDTH;
    const y = (value) => (high > low ? HEIGHT - 2 - ((value - low) / (high - low)) * (HEIGHT - 4) : HEIGHT / 2);
    this.line.setAttribute("points", this.points.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(" "));
  }
}
