// The status page: draws each snapshot that the collector sends.

import { setText } from "./dom.js";
import { Sensors } from "./sensors.js";
import { Stream } from "./stream.js";
import { Tables } from "./tables.js";
import { Tiles } from "./tiles.js";
import { Verdict } from "./verdict.js";
import { age } from "./words.js";

const MODES = { embedded: "embedded agent", simulate: "simulated" };

const byId = (id) => document.getElementById(id);

const sensors = new Sensors(byId("sensors"), byId("search"));
const tables = new Tables(byId("sources"), byId("links"), byId("ledger"));
const tiles = new Tiles(byId("tiles"));
const verdict = new Verdict(byId("verdict"));

let version = null;

/** Draw a status; one of another version than the page came with needs the page of that version. */
function show(status) {
  version ??= status.version;
  if (version !== status.version) {
    location.reload();
    return;
  }
  const parts = [status.version, MODES[status.mode], `up ${age(status.uptime_s)}`];
  setText(byId("run"), parts.filter(Boolean).join(" \u00b7 "));
  document.title = `${status.alarms.length ? "\u26a0 " : ""}collector \u00b7 ${location.hostname}`;
  verdict.show(status);
  tiles.show(status);
  sensors.show(status);
  tables.show(status);
}

new Stream(byId("stream"), show);
