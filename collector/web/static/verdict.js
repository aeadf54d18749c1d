// What an operator has to know first: is all well, and if not, what is wrong, in plain words.

import { el } from "./dom.js";
import { DELIVERY, DROPPED, SOURCE, causes, counted, sum } from "./words.js";

const JUST_STARTED_S = 20;

/** Return what is wrong: {level: "bad" | "warn", what, why}, worst first. */
export function troubles(status) {
  const found = [
    ...ofDelivery(status),
    ...status.sources.flatMap(ofSource),
    ...ofSpool(status.spool),
    ...ofCertificate(status.certificate),
    ...ofReload(status.last_reload),
    ...ofLedger(status),
  ];
  return found.sort((a, b) => (a.level === b.level ? 0 : a.level === "bad" ? -1 : 1));
}

function ofDelivery({ delivery, uptime_s }) {
  const found = [];
  if (delivery.state !== "connected") {
    const level = uptime_s < JUST_STARTED_S ? "warn" : "bad";
    found.push({ level, what: `Delivery: ${DELIVERY[delivery.state] ?? delivery.state}`, why: delivery.message });
  } else if (delivery.message) {
    found.push({ level: "warn", what: "Delivery", why: delivery.message });
  }
  if (delivery.unverified_time) {
    const what = `${counted(delivery.unverified_time, "reading")} left with a time that cannot be right`;
    found.push({ level: "warn", what, why: "" });
  }
  return found;
}

function ofSource(source) {
  if (["ok", "starting", "stopped"].includes(source.state)) return [];
  return [{ level: "bad", what: `Source ${source.name} is ${SOURCE[source.state] ?? source.state}`, why: source.message }];
}

function ofSpool(spool) {
  const found = [];
  if (spool.degraded) found.push({ level: "bad", what: "Readings wait in memory only", why: spool.degraded });
  if (spool.unreadable) found.push({ level: "bad", what: "The spool cannot be read back", why: spool.unreadable });
  if (spool.lost_values) found.push({ level: "warn", what: `${counted(spool.lost_values, "value")} lost to damage on disk`, why: "" });
  return found;
}

function ofCertificate(certificate) {
  if (certificate.days_left != null && certificate.days_left < 0) {
    return [{ level: "bad", what: "The certificate has expired", why: certificate.message }];
  }
  return certificate.message ? [{ level: "warn", what: "Certificate", why: certificate.message }] : [];
}

function ofReload(reload) {
  return reload && !reload.ok ? [{ level: "warn", what: "The last reload was refused", why: reload.message }] : [];
}

function ofLedger({ ledger, complaints }) {
  const found = complaints.map((why) => ({ level: "bad", what: "The ledger does not balance", why }));
  const dropped = {};
  for (const account of ledger) {
    for (const [cause, number] of Object.entries(account.dropped)) dropped[cause] = (dropped[cause] ?? 0) + number;
  }
  const number = sum(dropped);
  if (number) found.push({ level: "warn", what: `${counted(number, "value")} dropped`, why: causes(dropped, DROPPED).join(", ") });
  return found;
}

/** Draw the verdict into its section; unchanged words are left alone, as they are read aloud. */
export function showVerdict(section, status) {
  const found = troubles(status);
  const words = JSON.stringify(found);
  if (section.dataset.words === words) return;
  section.dataset.words = words;
  section.dataset.level = found[0]?.level ?? "ok";
  const title = found.length ? `${counted(found.length, "thing")} to look at` : "All is well";
  const lines = found.map(({ level, what, why }) =>
    el("li", { "data-level": level }, el("strong", {}, what), why ? ` ${why}` : null),
  );
  section.replaceChildren(el("p", { class: "title" }, title), ...(lines.length ? [el("ul", {}, ...lines)] : []));
}
