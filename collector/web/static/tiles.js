// The figures around the sensors: delivery, buffer, spool, certificate, clock, reload.

import { Views, el, setLevel, setText } from "./dom.js";
import { DELIVERY, age, bytes, count, counted, instant, sum } from "./words.js";

const CLOCK_SLACK_MS = 2000;

function delivery({ delivery: it }) {
  const since = it.state_age_s == null ? "" : `for ${age(it.state_age_s)}`;
  const confirmed = it.last_confirmed_age_s == null ? "nothing confirmed yet" : `last confirmed ${age(it.last_confirmed_age_s)} ago`;
  const level = it.state === "connected" ? "ok" : it.state === "connecting" ? "warn" : "bad";
  return {
    level,
    main: DELIVERY[it.state] ?? it.state,
    lines: [
      [it.agent, since].filter(Boolean).join(", "),
      `${counted(it.confirmed_readings, "reading")} confirmed by the ${it.confirmed_by}`,
      confirmed,
      it.resent_readings ? `${count(it.resent_readings)} sent again` : "",
    ],
  };
}

function waiting({ buffer, delivery: it, ledger }) {
  const dropped = ledger.reduce((total, account) => total + sum(account.dropped), 0);
  return {
    level: dropped ? "warn" : "ok",
    main: `${counted(buffer.readings, "reading")} wait${buffer.readings === 1 ? "s" : ""}`,
    bar: Math.max(buffer.bytes / buffer.max_bytes, 0),
    lines: [
      `${bytes(buffer.bytes)} of ${bytes(buffer.max_bytes)} memory`,
      `${count(it.unconfirmed_readings)} on their way`,
      dropped ? `${counted(dropped, "value")} dropped` : "nothing dropped",
    ],
  };
}

function spool({ spool: it }) {
  if (it.mode === "off") return { level: "dim", main: "off", lines: ["what is not confirmed at the end is lost"] };
  return {
    level: it.degraded || it.unreadable ? "bad" : "ok",
    main: `${bytes(it.bytes)} of ${bytes(it.max_bytes)}`,
    bar: it.bytes / it.max_bytes,
    lines: [
      `${counted(it.readings, "reading")} not confirmed`,
      it.oldest_age_s == null ? "" : `oldest from ${age(it.oldest_age_s)} ago`,
      it.holds_s == null ? "" : `room for ${age(it.holds_s)} more`,
      it.mode === "outage" ? "written only in outages" : "",
      it.damaged_bytes ? `${bytes(it.damaged_bytes)} damaged` : "",
      it.kept_aside ? `${counted(it.kept_aside, "file")} kept aside` : "",
    ],
  };
}

function balance({ ledger, complaints }) {
  const of = (key) => ledger.reduce((total, account) => total + account[key], 0);
  const dropped = ledger.reduce((total, account) => total + sum(account.dropped), 0);
  return {
    level: complaints.length ? "bad" : "ok",
    main: complaints.length ? "does not balance" : "balances",
    lines: [
      `${counted(of("accepted"), "value")} accepted`,
      `= ${count(of("delivered"))} delivered + ${count(of("pending"))} pending + ${count(dropped)} dropped`,
    ],
  };
}

const day = (milliseconds) => instant(milliseconds).slice(0, 10);

function certificate({ certificate: it }) {
  if (it.not_after_ms == null) return { level: "dim", main: "none yet", lines: [it.message] };
  const level = it.days_left < 0 ? "bad" : it.message ? "warn" : "ok";
  return {
    level,
    main: it.days_left < 0 ? "expired" : `${counted(it.days_left, "day")} left`,
    lines: [`until ${day(it.not_after_ms)}`, it.renewed_from_ms == null ? "" : `renewed from ${day(it.renewed_from_ms)}`, it.message],
  };
}

function clock({ clock: it, delivery: { state } }) {
  const off_ms = it.wall_ms - Date.now();
  const isOff = Math.abs(off_ms) > CLOCK_SLACK_MS;
  return {
    level: it.message || state === "waiting_for_time" ? "bad" : isOff ? "warn" : "ok",
    main: instant(it.wall_ms).slice(11, 19),
    lines: [
      `${day(it.wall_ms)}, UTC`,
      it.is_synchronized ? "kept right by the network" : "nothing keeps it right",
      isOff ? `${age(Math.abs(off_ms) / 1000)} ${off_ms < 0 ? "behind" : "ahead of"} this browser` : "",
    ],
  };
}

function reload({ last_reload: it }) {
  if (!it) return null;
  return { level: it.ok ? "ok" : "warn", main: `${age(it.age_s)} ago`, lines: [it.ok ? "taken over" : "refused", it.message] };
}

const TILES = [
  ["Delivery", delivery],
  ["Buffer", waiting],
  ["Spool", spool],
  ["Ledger", balance],
  ["Certificate", certificate],
  ["Clock", clock],
  ["Last reload", reload],
];

export class Tiles {
  constructor(parent) {
    this.views = new Views(parent, ([title]) => title, tile);
  }

  show(status) {
    const tiles = TILES.map(([title, of]) => [title, of(status)]);
    this.views.show(tiles.filter(([, tile]) => tile));
  }
}

function tile([title]) {
  const main = el("p", { class: "main" });
  const meter = el("meter", { min: 0, max: 1, low: 0.7, high: 0.9, optimum: 0, "aria-label": `${title}, part in use` });
  const lines = el("div", { class: "dim" });
  const node = el("article", { class: "card tile" }, el("h2", {}, title), main, meter, lines);
  const texts = new Views(lines, ([place]) => place, () => {
    const line = el("p");
    return { node: line, show: ([, text]) => setText(line, text) };
  });
  const show = ([, { level, main: words, bar, lines: given }]) => {
    setLevel(main, level);
    setText(main, words);
    meter.hidden = bar == null;
    if (bar != null) meter.value = bar;
    texts.show([...given.filter(Boolean).entries()]);
  };
  return { node, show };
}
