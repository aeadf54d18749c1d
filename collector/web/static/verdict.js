// What an operator has to know first: is all well, and if not, what is wrong and what to do.

import { Views, el, setLevel, setText } from "./dom.js";
import { age, counted, placeOf } from "./words.js";

const LEVELS = { problem: "bad", warning: "warn" };

export class Verdict {
  constructor(section) {
    this.section = section;
    this.title = el("p", { class: "title", "aria-live": "polite" });
    const list = el("ul");
    this.summary = el("p", { class: "dim" });
    section.append(this.title, this.summary, list);
    this.alarms = new Views(list, (alarm) => `${alarm.kind}\n${alarm.about}\n${alarm.message}`, alarmView);
  }

  show(status) {
    const { alarms } = status;
    setText(this.summary, summary(status));
    const isWell = status.delivery.state === "connected" && status.sources.every(({ state }) => state !== "starting");
    setLevel(this.section, LEVELS[alarms[0]?.level] ?? (isWell ? "ok" : "dim"));
    setText(this.title, alarms.length ? `${counted(alarms.length, "thing")} to look at` : isWell ? "All is well" : "Starting");
    const sensors = new Map(status.sources.map((source) => [source.name, source.sensor]));
    this.alarms.show(alarms.map((alarm) => ({ ...alarm, sensor: sensors.get(alarm.about) })));
  }
}

function summary({ sources, delivery: it }) {
  const well = sources.filter((source) => source.state === "ok").length;
  const confirmed = it.last_confirmed_age_s == null ? "nothing confirmed by the agent yet" : `last confirmed by the ${it.confirmed_by} ${age(it.last_confirmed_age_s)} ago`;
  return `${well} of ${counted(sources.length, "source")} well, ${confirmed}`;
}

function alarmView(alarm) {
  const since = el("span", { class: "dim" });
  const name = el("strong", {}, alarm.about);
  const linked = alarm.sensor == null ? name : el("a", { href: `#${encodeURIComponent(placeOf(alarm.sensor))}` }, name);
  const about = alarm.about ? [linked, ": "] : [];
  const node = el(
    "li",
    { "data-level": LEVELS[alarm.level] },
    el("p", {}, ...about, alarm.message, " ", since),
    el("p", { class: "dim" }, sentence(alarm.advice)),
  );
  return { node, show: ({ age_s }) => setText(since, age_s == null ? "" : `(for ${age(age_s)})`) };
}

function sentence(text) {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}
