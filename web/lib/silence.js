// @ts-check

/** How long the server may say nothing: it sends a `head` every 10 s at least. */
const SILENCE_MS = 15_000;
/** Of them, what is enough to know it when the page is looked at again. */
const MISSED_MS = 11_000;

/** A connection that has gone quiet is dead, whatever the socket says. */
export class Silence {
  #timer = 0;
  /** By the device's clock: it goes on while a phone sleeps, timers do not. */
  #last = 0;
  #dead;

  /** @param {() => void} dead  called when nothing was heard for too long */
  constructor(dead) {
    this.#dead = dead;
  }

  heard() {
    this.#last = Date.now();
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(this.#dead, SILENCE_MS);
  }

  /** Nothing is listened to any more. */
  stop() {
    clearTimeout(this.#timer);
  }

  /** Whether something was missed: the page may have stood still, and its timers with it. */
  get missed() {
    return Date.now() - this.#last > MISSED_MS;
  }
}
