// The stream of snapshots: open while the page is seen, and again after every loss.

import { el, setLevel, setText } from "./dom.js";
import { age } from "./words.js";

const RETRY_MS = 3000;
const STALE_S = 25;

export class Stream {
  constructor(label, onSnapshot) {
    this.words = el("span", {}, label.textContent);
    this.ago = el("span", { "aria-hidden": "true" }); // changes each second: not to be read out
    label.replaceChildren(this.words, this.ago);
    Object.assign(this, { label, onSnapshot, events: null, heardAt: 0, isLive: false });
    document.addEventListener("visibilitychange", () => (document.hidden ? this.close() : this.open()));
    setInterval(() => this.look(), 1000);
    this.open();
  }

  open() {
    this.close();
    this.events = new EventSource("/api/events");
    this.openedAt = Date.now();
    this.events.onmessage = ({ data }) => {
      this.heardAt = Date.now();
      this.isLive = true;
      this.onSnapshot(JSON.parse(data));
      this.look();
    };
    this.events.onerror = () => {
      this.isLive = false;
      this.look();
      if (this.events?.readyState === EventSource.CLOSED) this.reopen();
    };
  }

  close() {
    this.events?.close();
    this.events = null;
    clearTimeout(this.timer);
  }

  reopen() {
    this.close();
    this.timer = setTimeout(() => this.retry(), RETRY_MS);
  }

  /** The browser gives up a stream that was refused: see why, for a new token needs a new page. */
  async retry() {
    const answer = await fetch("/api/status").catch(() => null);
    if (answer?.status === 401) location.reload();
    else this.open();
  }

  look() {
    const silent_s = (Date.now() - (this.heardAt || this.openedAt)) / 1000;
    if (this.events && silent_s > STALE_S && Date.now() - this.openedAt > STALE_S * 1000) this.open();
    const isLive = this.isLive && silent_s < STALE_S;
    setLevel(this.label, isLive ? "ok" : "bad");
    document.body.classList.toggle("stale", !isLive);
    setText(this.words, isLive ? "live" : this.heardAt ? "no answer" : "connecting");
    setText(this.ago, isLive || !this.heardAt ? "" : `\u00b7 last seen ${age(silent_s)} ago`);
  }
}
