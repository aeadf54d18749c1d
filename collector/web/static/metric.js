// One metric: its newest value, a small plot, and a large one on request.

import { el, setLevel, setText } from "./dom.js";
import { extend, points } from "./history.js";
import { Plot } from "./plot.js";
import { Spark } from "./spark.js";
import { age, reading } from "./words.js";

const SAME_S = 1; // metrics whose ages differ less are of one reading, whose age the card shows
const REFETCH_MS = 600_000; // the server thins what is old; a plot left open would only grow

export class Metric {
  constructor(value) {
    this.value = value;
    this.spark = new Spark();
    this.hasTrend = false;
    this.number = el("span", { class: "number" });
    this.unit = el("span", { class: "unit" });
    this.age = el("span", { class: "age" });
    const parts = [
      el("span", { class: "name" }, value.name),
      this.spark.node,
      el("span", { class: "value" }, this.number, " ", this.unit),
      this.age,
    ];
    const title = value.name === value.metric ? null : value.metric;
    const opens = { type: "button", class: "metric", title, "aria-expanded": "false", onclick: () => this.toggle() };
    this.isText = typeof value.value === "string";
    this.row = this.isText ? el("div", { class: "metric", title }, ...parts) : el("button", opens, ...parts);
    this.node = el("li", {}, this.row);
  }

  show(value) {
    this.value = value;
    const [number, unit] = reading(value.value, value.unit);
    setText(this.number, number);
    setText(this.unit, unit);
    this.age.hidden = value.age_s <= value.newest_s + SAME_S;
    setText(this.age, `${age(value.age_s)} ago`);
    setLevel(this.row, value.isIll ? "bad" : "");
    if (typeof value.value === "string") return;
    if (this.hasTrend && extend(this.spark.points, value.value, value.age_s) && value.isVisible) this.spark.draw();
    if (this.plot?.chart) this.showInPlot(value);
  }

  showInPlot({ value, age_s }) {
    extend(this.plot.points, value, age_s);
    this.plot.draw();
    if (Date.now() - this.fetchedAt > REFETCH_MS) this.fetchPoints();
  }

  showTrend(found) {
    this.hasTrend = true;
    this.spark.points = found;
    this.spark.draw();
  }

  /** Have the open plot, if there is one, begin again with what the server knows. */
  async fetchPoints() {
    const plot = this.plot;
    if (!plot) return;
    this.fetchedAt = Date.now();
    try {
      const found = await points(this.value.sensor, this.value.metric);
      if (this.plot === plot) plot.take(found);
    } catch {
      if (!plot.chart) plot.text.textContent = "There is no plot of this metric: memory for plots is used up, or nothing came yet.";
    }
  }

  toggle() {
    if (this.plot) {
      this.end();
      return;
    }
    this.plot = new Plot(this.value.name, this.value.unit);
    this.row.setAttribute("aria-expanded", "true");
    this.node.classList.add("open");
    this.node.append(this.plot.node);
    this.fetchPoints();
  }

  end() {
    if (!this.plot) return;
    this.plot.end();
    this.plot.node.remove();
    this.plot = null;
    this.row.setAttribute("aria-expanded", "false");
    this.node.classList.remove("open");
  }
}
