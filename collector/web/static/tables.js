// Sources, links and the ledger as tables.

import { Views, el, setLevel, setText } from "./dom.js";
import { DROPPED, REFUSED, SOURCE, age, causes, count, milliseconds, sum } from "./words.js";

const LEVELS = { ok: "ok", starting: "dim", stopped: "dim" };

const of = (key) => (item) => count(item[key]);
const lost = (key, words) => (account) => causes(account[key], words).join(", ") || "0";

const SOURCES = [
  ["source", (source) => source.name],
  ["state", (source) => ({ text: SOURCE[source.state] ?? source.state, level: LEVELS[source.state] ?? "bad" })],
  ["for", (source) => (source.state_age_s == null ? "" : age(source.state_age_s)), true],
  ["last good", (source) => (source.last_good_age_s == null ? "never" : `${age(source.last_good_age_s)} ago`), true],
  ["kind", (source) => source.plugin],
  ["sensor", (source) => source.sensor],
  ["runs in", (source) => source.isolation],
  ["reads", of("reads"), true],
  ["failed", of("failures"), true],
  ["late", of("overruns"), true],
  ["missed", of("missed_ticks"), true],
  ["refused", of("refused"), true],
  ["last read", (source) => milliseconds(source.last_read_s), true],
];

const LINKS = [
  ["link", (link) => link.key],
  ["sources", (link) => link.sources.join(", ")],
  ["busy with", (link) => link.busy_with || "idle"],
  ["late, median", (link) => milliseconds(link.lateness_p50_s), true],
  ["late, 99 %", (link) => milliseconds(link.lateness_p99_s), true],
];

const LEDGER = [
  ["source", (account) => account.source],
  ["sensor", (account) => account.sensor],
  ["sampled", of("sampled"), true],
  ["refused", lost("refused", REFUSED), true],
  ["filtered", lost("filtered", {}), true],
  ["accepted", of("accepted"), true],
  ["delivered", of("delivered"), true],
  ["pending", of("pending"), true],
  ["dropped", (account) => ({ text: lost("dropped", DROPPED)(account), level: sum(account.dropped) ? "warn" : "" }), true],
  ["balances", (account) => ({ text: account.balances ? "yes" : "NO", level: account.balances ? "ok" : "bad" })],
];

export class Tables {
  constructor(sources, links, ledger) {
    this.sources = new Table(sources, SOURCES, (source) => source.name, remarks);
    this.links = new Table(links, LINKS, (link) => link.key);
    this.ledger = new Table(ledger, LEDGER, (account) => `${account.source}\n${account.sensor}`);
  }

  show(status) {
    this.sources.show(status.sources);
    this.links.show(status.links);
    this.ledger.show(status.ledger);
  }
}

function remarks(source) {
  return [source.message, ...source.notes.map((note) => `Note: ${note}`)].filter(Boolean).join(" \u00b7 ");
}

/** A table with one row per item, and one more below it where there are remarks. */
class Table {
  constructor(parent, columns, keyOf, remarksOf = () => "") {
    const heads = columns.map(([title, , isNumber]) => el("th", { scope: "col", class: isNumber && "number" }, title));
    const body = el("tbody");
    this.empty = el("p", { class: "dim" }, "none");
    this.table = el("table", {}, el("thead", {}, el("tr", {}, ...heads)), body);
    parent.append(this.table, this.empty);
    this.rows = new Views(body, ([key]) => key, ([, item]) => (item ? row(columns) : remark(columns.length)));
    this.itemsOf = (item) => {
      const text = remarksOf(item);
      return [[keyOf(item), item], ...(text ? [[`${keyOf(item)}\nremarks`, null, text, item]] : [])];
    };
  }

  show(items) {
    this.table.hidden = !items.length;
    this.empty.hidden = items.length > 0;
    this.rows.show(items.flatMap(this.itemsOf));
  }
}

function row(columns) {
  const cells = columns.map(([, , isNumber], place) => el(place ? "td" : "th", { class: isNumber && "number", scope: place ? null : "row" }));
  const show = ([, item]) => {
    columns.forEach(([, valueOf], place) => {
      const value = valueOf(item);
      setText(cells[place], value.text ?? value);
      setLevel(cells[place], value.level ?? "");
    });
  };
  return { node: el("tr", {}, ...cells), show };
}

function tell(cell, text, level) {
  setText(cell, text);
  setLevel(cell, level);
}

function remark(width) {
  const cell = el("td", { colspan: width });
  return { node: el("tr", { class: "remark" }, cell), show: ([, , text, { message }]) => tell(cell, text, message ? "bad" : "warn") };
}
