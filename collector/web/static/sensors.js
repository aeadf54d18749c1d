// All sensors: a card each, in the order of the configuration, and the field that finds metrics.

import { Card } from "./card.js";
import { Views, el, setText } from "./dom.js";

const FEW = 12; // metrics of a sensor that are shown until all are wanted
const MANY = 20;
const FEWER = 6; // of that many sensors

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
    const wanted = this.search.value.trim().toLowerCase();
    const cards = cardsOf(status, wanted);
    this.empty.hidden = cards.length > 0;
    setText(this.empty, wanted ? "No metric with this name." : "No sensors yet: the configuration has no [[source]].");
    const few = cards.length > MANY ? FEWER : FEW;
    this.cards.show(cards.map((card) => ({ ...card, few })));
  }
}

function cardsOf(status, wanted) {
  const cards = new Map();
  const card = (sensor) => {
    if (!cards.has(sensor)) cards.set(sensor, { sensor, confirmed_age_s: own(status.delivery.confirmed_age_s, sensor), values: [], sources: [], refused: {}, isFound: Boolean(wanted) });
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
  const order = new Map(status.sources.map((source, place) => [source.sensor, place]));
  return [...cards.values()].sort((a, b) => (order.get(a.sensor) ?? -1) - (order.get(b.sensor) ?? -1));
}

/** What an object holds under a name that anybody may have chosen: "constructor" is a fine sensor. */
function own(object, name) {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
