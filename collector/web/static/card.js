// The card of one sensor: how it is, and its metrics, a few of them until all are wanted.

import { Views, el, setLevel, setText } from "./dom.js";
import { trends } from "./history.js";
import { Metric } from "./metric.js";
import { REFUSED, SOURCE, age, causes, counted, placeOf } from "./words.js";

const ILL = ["failing", "overdue", "broken"];
const REFETCH_MS = 120_000; // so the small plots stay those of an hour, and short
const GAP_MS = 15_000; // no snapshot for longer: the page slept, or the collector was away

export class Card {
  constructor(sensor) {
    this.sensor = sensor;
    this.state = el("span", { class: "pill" });
    this.age = el("span", { class: "dim age" });
    this.remark = el("p", { class: "remark" });
    this.more = el("button", { type: "button", class: "more", "aria-expanded": "false", onclick: () => this.toggle() });
    const list = el("ul", { class: "metrics" });
    this.node = el("article", { class: "card sensor", id: placeOf(sensor) }, el("div", { class: "bar" }, el("h3", {}, sensor), this.state, this.age), this.remark, list, this.more);
    this.metrics = new Views(list, (value) => value.metric, (value) => new Metric(value));
    this.fetchedAt = -Infinity;
    this.observer = new IntersectionObserver(([entry]) => {
      this.isVisible = entry.isIntersecting;
      if (this.isVisible) this.fetchTrends();
    });
    this.observer.observe(this.node);
  }

  show(card) {
    this.card = card;
    this.showState(card);
    const { values, sources, confirmed_age_s } = card;
    const newest_s = values.reduce((newest, value) => Math.min(newest, value.age_s), Infinity);
    setText(this.age, values.length ? `${age(newest_s)} ago, ${confirmation(confirmed_age_s)}` : "no values yet");
    const isIll = sources.some((source) => ILL.includes(source.state));
    const some = card.isFound ? values : few(values, card.few);
    const shown = this.isAll ? values : some;
    this.more.hidden = values.length === some.length;
    setText(this.more, this.isAll ? "Show fewer" : `Show all ${counted(values.length, "metric")}`);
    this.metrics.show(shown.map((value) => ({ ...value, newest_s, isIll, isVisible: this.isVisible })));
    this.keepUp();
  }

  showState({ sources, refused }) {
    const ill = sources.find((source) => ILL.includes(source.state));
    const state = ill ?? sources[0];
    this.state.hidden = !state;
    setText(this.state, state ? (SOURCE[state.state] ?? state.state) : "");
    setLevel(this.state, ill ? "bad" : state?.state === "ok" ? "ok" : "dim");
    setLevel(this.remark, ill ? "bad" : "warn");
    const words = [ill?.message, causes(refused, REFUSED).map((text) => `refused: ${text}`).join(", ")];
    setText(this.remark, words.filter(Boolean).join(" \u00b7 "));
    this.remark.hidden = !this.remark.textContent;
  }

  toggle() {
    this.isAll = !this.isAll;
    this.more.setAttribute("aria-expanded", String(this.isAll));
    this.show(this.card);
  }

  /** Fetch points again now and then, and after a gap, which the server may know how to fill. */
  keepUp() {
    const now = Date.now();
    if (now - this.shownAt > GAP_MS) {
      this.fetchedAt = -Infinity;
      for (const metric of this.metrics.views.values()) metric.fetchPoints();
    }
    this.shownAt = now;
    const isBare = [...this.metrics.views.values()].some((metric) => !metric.hasTrend);
    if (this.isVisible && (isBare || now - this.fetchedAt > REFETCH_MS)) this.fetchTrends();
  }

  async fetchTrends() {
    if (this.isFetching) return;
    this.isFetching = true;
    try {
      const found = await trends(this.sensor);
      for (const [id, metric] of this.metrics.views) metric.showTrend(found.get(id) ?? []);
      this.fetchedAt = Date.now();
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

/** Return the first ones where that leaves out more than a row. */
function few(values, most) {
  return values.length > most + 3 ? values.slice(0, most) : values;
}

function confirmation(age_s) {
  return age_s == null ? "none confirmed yet" : `confirmed up to ${age(age_s)} ago`;
}
