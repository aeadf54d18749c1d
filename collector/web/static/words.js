// Figures and codes as people read them.

const AGES = [
  [10, 1, "s", 1],
  [120, 1, "s", 0],
  [7200, 60, "min", 0],
  [172800, 3600, "h", 0],
  [Infinity, 86400, "d", 0],
];

export function age(seconds) {
  if (seconds == null) return "never";
  const [, size, unit, digits] = AGES.find(([limit]) => seconds < limit);
  return `${(Math.max(0, seconds) / size).toFixed(digits)} ${unit}`;
}

export function count(number) {
  return number.toLocaleString("en").replaceAll(",", "\u202f");
}

export function counted(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`;
}

const BYTES = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

function powerOf1024(number) {
  let power = 0;
  while (power < BYTES.length - 1 && Math.abs(number) >= 1024 ** (power + 1)) power += 1;
  return power;
}

export function bytes(number) {
  const power = powerOf1024(number);
  const size = number / 1024 ** power;
  return `${size.toFixed(power && size < 100 ? 1 : 0)} ${BYTES[power]}`;
}

export function milliseconds(seconds) {
  const ms = seconds * 1000;
  return ms < 10 ? `${ms.toFixed(1)} ms` : ms < 10000 ? `${ms.toFixed(0)} ms` : `${seconds.toFixed(1)} s`;
}

const BITS_OF = new Map([["bit", 1], ["B", 8]]);
const PREFIXED = new Set(["bit/s", "B/s", "W", "Wh", "VA", "var", "J", "Hz", "Pa", "Ω"]);
const HOUR_S = 3600;
const EPOCH = "s since 1970-01-01 UTC";
const PREFIXES = ["", "k", "M", "G", "T", "P"];

function prefixed(value, unit) {
  const power = Math.min(Math.floor(Math.log10(Math.abs(value)) / 3), PREFIXES.length - 1);
  return [(value / 1000 ** power).toPrecision(4), `${PREFIXES[power]}${unit}`];
}

/** An amount of data, which the contract knows in bits alone, as people read it. */
function inBytes(number) {
  const power = powerOf1024(number);
  return [(number / 1024 ** power).toPrecision(4), BYTES[power]];
}

/** A value with its unit: [number or text, unit]. */
export function reading(value, unit) {
  if (typeof value === "boolean") return [value ? "yes" : "no", unit];
  if (typeof value !== "number") return [value == null ? "none" : String(value), unit];
  const size = Math.abs(value);
  if (unit === EPOCH && size < 1e11) return [instant(value * 1000).slice(0, 16), "UTC"];
  if (unit === "s" && size >= 7200) return [count(Number((value / HOUR_S).toPrecision(4))), "h"];
  const bits = size * (BITS_OF.get(unit) ?? 0);
  if (bits >= 8192) return inBytes((Math.sign(value) * bits) / 8);
  if (size >= 10000 && PREFIXED.has(unit)) return prefixed(value, unit);
  if (Number.isInteger(value)) return [size < 1e12 ? count(value) : value.toExponential(4), unit];
  if (size >= 1e9 || size < 1e-4) return [value.toExponential(3), unit];
  return [size >= 1000 ? count(Number(value.toFixed(1))) : String(Number(value.toPrecision(size >= 1 ? 5 : 3))), unit];
}

export function instant(milliseconds_) {
  return `${new Date(milliseconds_).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

export const DELIVERY = {
  not_provisioned: "has no certificate yet",
  connecting: "connecting",
  connected: "connected",
  waiting: "agent not reached",
  waiting_for_time: "waits for the right time",
  expired: "certificate expired",
  taken_over: "identity used elsewhere",
  deleted: "deleted at the agent",
};

export const SOURCE = {
  starting: "starting",
  ok: "well",
  failing: "failing",
  overdue: "overdue",
  broken: "broken",
  stopped: "stopped",
};

export const DROPPED = {
  ring_full: "memory was full",
  spool_full: "the spool was full",
  quota: "the source took more than its share",
  expired: "too old",
  corrupt: "damaged on disk",
  rejected_by_agent: "refused by the agent",
  shutdown: "not delivered at a stop",
};

export const REFUSED = {
  not_finite: "not a finite number",
  too_large: "too large",
  wrong_type: "of the wrong type",
  bad_id: "with a bad id",
  undeclared: "not declared",
  taken: "given by another source already",
  late: "too late",
  too_many: "too many at once",
};

/** `{ring_full: 3}` as "3 memory was full". */
export function causes(counts, words) {
  return Object.entries(counts).map(([cause, number]) => `${count(number)} ${words[cause] ?? cause}`);
}

/** Return the id of a sensor's card. */
export function placeOf(sensor) {
  return `sensor-${sensor}`;
}

export function sum(counts) {
  return Object.values(counts).reduce((total, number) => total + number, 0);
}
