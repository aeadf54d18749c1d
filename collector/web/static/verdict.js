// What an operator has to know first: is all well, and if not, what is wrong and what to do.

import { Views, el, setLevel, setText } from "./dom.js";
import { age, counted } from "./words.js";

const LEVELS = { problem: "bad", warning: "warn" };

export class Verdict {
  constructor(section) {
    this.section = section;
    this.title = el("p", { class: "title", "aria-live": "polite" });
    const list = el("ul");
    section.append(this.title, list);
    this.alarms = new Views(list, (alarm) => `${alarm.kind}\n${alarm.about}\n${alarm.message}`, alarmView);
  }

  show({ alarms }) {
    setLevel(this.section, LEVELS[alarms[0]?.level] ?? "ok");
    setText(this.title, alarms.length ? `${counted(alarms.length, "thing")} to look at` : "All is well");
    this.alarms.show(alarms);
  }
}

function alarmView(alarm) {
  const since = el("span", { class: "dim" });
  const about = alarm.about ? [el("strong", {}, alarm.about), ": "] : [];
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
