// One card per sensor: every metric with its newest value, a small plot, and a large one on request.

import { Views, el, setLevel, setText } from "./dom.js";
import { extend, points, trends } from "./history.js";
import { Plot } from "./plot.js";
import { Spark } from "./spark.js";
import { REFUSED, SOURCE, age, causes, reading } from "./words.js";

const SAME_S = 1;
/** Metrics whose ages differ less are of one reading, whose age the card shows. */

const ILL = ["failing", "overdue", "broken"];

export class Sensors {
  constructor(parent, search) {
    this.search = search;
    this.empty = el("p", { class: "card dim" }, "No values yet.");
    parent.before(this.empty);
    this.cards = new Views(parent, (card) => card.sensor, (card) => new Card(card.sensor));
    search.addEventListener("input", () => this.status && this.show(this.status));
  }

  show(status) {
    this.status = status;
    const cards = cardsOf(status, this.search.value.trim().toLowerCase());
    this.empty.hidden = cards.length > 0;
    setText(this.empty, this.search.value ? "No metric with this name." : "No values yet.");
    this.cards.show(cards);
  }
}

function cardsOf(status, wanted) {
  const cards = new Map(); // shown in the order of the configuration
  const card = (sensor) => {
    const confirmed_age_s = status.delivery.confirmed_age_s[sensor];
    if (!cards.has(sensor)) cards.set(sensor, { sensor, confirmed_age_s, values: [], sources: [], refused: {} });
    return cards.get(sensor);
  };
  const fits = (value) => `${value.sensor} ${value.metric} ${value.name}`.toLowerCase().includes(wanted);
  status.values.filter(fits).forEach((value) => card(value.sensor).values.push(value));
  if (!wanted) status.sources.forEach((source) => card(source.sensor));
  for (const source of status.sources) cards.get(source.sensor)?.sources.push(source);
  for (const account of status.ledger) {
    const refused = cards.get(account.sensor)?.refused;
    for (const [cause, number] of Object.entries(refused ? account.refused : {})) refused[cause] = (refused[cause] ?? 0) + number;
  }
  const order = (card) => status.sources.findIndex((source) => source.sensor === card.sensor);
  return [...cards.values()].sort((a, b) => order(a) - order(b));
}

function confirmation(age_s) {
  return age_s == null ? "none confirmed yet" : `confirmed up to ${age(age_s)} ago`;
}

class Card {
  constructor(sensor) {
    this.sensor = sensor;
    this.state = el("span", { class: "pill" });
    this.age = el("span", { class: "dim age" });
    this.remark = el("p", { class: "remark" });
    const list = el("ul", { class: "metrics" });
    this.node = el("article", { class: "card sensor" }, el("div", { class: "bar" }, el("h3", {}, sensor), this.state, this.age), this.remark, list);
    this.metrics = new Views(list, (value) => value.metric, (value) => new Metric(value));
    this.observer = new IntersectionObserver(([entry]) => entry.isIntersecting && this.fetchTrends());
    this.observer.observe(this.node);
  }

  show({ values, sources, refused, confirmed_age_s }) {
    const ill = sources.find((source) => ILL.includes(source.state));
    const state = ill ?? sources[0];
    setText(this.state, state ? (SOURCE[state.state] ?? state.state) : "");
    setLevel(this.state, ill ? "bad" : state?.state === "ok" ? "ok" : "dim");
    setLevel(this.remark, ill ? "bad" : "warn");
    const words = [ill?.message, causes(refused, REFUSED).map((text) => `refused: ${text}`).join(", ")];
    setText(this.remark, words.filter(Boolean).join(" \u00b7 "));
    this.remark.hidden = !this.remark.textContent;
    const newest_s = Math.min(...values.map((value) => value.age_s));
    setText(this.age, values.length ? `${age(newest_s)} ago, ${confirmation(confirmed_age_s)}` : "no values yet");
    this.metrics.show(values.map((value) => ({ ...value, newest_s, isIll: Boolean(ill) })));
    if (this.isVisible && [...this.metrics.views.values()].some((metric) => !metric.hasTrend)) this.fetchTrends();
  }

  async fetchTrends() {
    this.isVisible = true;
    if (this.isFetching) return;
    this.isFetching = true;
    try {
      const found = await trends(this.sensor);
      for (const [id, metric] of this.metrics.views) metric.showTrend(found.get(id) ?? []);
    } catch {
      return; // the stream says whether the collector answers; the next snapshot tries again
    } finally {
      this.isFetching = false;
    }
  }

  end() {
    this.observer.disconnect();
    this.metrics.show([]);
  }
}

class Metric {
  constructor(value) {
    this.value = value;
    this.spark = new Spark();
    this.hasTrend = false;
    this.number = el("span", { class: "number" });
    this.unit = el("span", { class: "unit" });
    this.age = el("span", { class: "age" });
    this.button = el(
      "button",
      { type: "button", class: "metric", "aria-expanded": "false", onclick: () => this.toggle() },
      el("span", { class: "name" }, value.name),
      this.spark.node,
      el("span", { class: "value" }, this.number, " ", this.unit),
      this.age,
    );
    if (value.name !== value.metric) this.button.title = value.metric;
    this.node = el("li", {}, this.button);
  }

  show(value) {
    this.value = value;
    const [number, unit] = reading(value.value, value.unit);
    setText(this.number, number);
    setText(this.unit, unit);
    this.age.hidden = value.age_s <= value.newest_s + SAME_S;
    setText(this.age, `${age(value.age_s)} ago`);
    setLevel(this.button, value.isIll ? "bad" : "");
    if (typeof value.value === "string") return;
    if (this.hasTrend && extend(this.spark.points, value.value, value.age_s)) this.spark.draw();
    if (this.plot?.chart) {
      extend(this.plot.points, value.value, value.age_s);
      this.plot.draw();
    }
  }

  showTrend(found) {
    this.hasTrend = true;
    this.spark.points = found;
    this.spark.draw();
  }

  async toggle() {
    if (this.plot) {
      this.end();
      return;
    }
    const plot = (this.plot = new Plot(this.value.name, this.value.unit));
    this.button.setAttribute("aria-expanded", "true");
    this.node.classList.add("open");
    this.node.append(plot.node);
    try {
      const found = await points(this.value.sensor, this.value.metric);
      if (this.plot === plot) plot.begin(found);
    } catch {
      plot.text.textContent = "No numbers to plot.";
    }
  }

  end() {
    this.plot?.end();
    this.plot?.node.remove();
    this.plot = null;
    this.button.setAttribute("aria-expanded", "false");
    this.node.classList.remove("open");
  }
}
