// Points of metrics, as [seconds since the epoch by this browser, value] pairs: the server tells
// ages, so that a wrong clock on either side moves no plot.

async function asked(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

function dated({ ages_s, values }) {
  const now = Date.now() / 1000;
  return ages_s.map((age, place) => [now - age, values[place]]);
}

const named = (key, name) => `${key}=${encodeURIComponent(name)}`;

/** Return a few points of each metric of a sensor: metric id to points. */
export async function trends(sensor) {
  const found = await asked(`/api/trends?${named("sensor", sensor)}`);
  return new Map(Object.entries(found).map(([metric, points]) => [metric, dated(points)]));
}

/** Return all points of one metric. */
export async function points(sensor, metric) {
  return dated(await asked(`/api/history?${named("sensor", sensor)}&${named("metric", metric)}`));
}

/** Add what is shown now, unless it is the newest point already. */
export function extend(list, value, age_s) {
  const at = Date.now() / 1000 - age_s;
  const newest = list.at(-1);
  if (newest && at - newest[0] < 0.9) return false;
  list.push([at, Number(value)]);
  return true;
}
