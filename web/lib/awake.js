// @ts-check

/**
 * Keeps the screen on while something lasts that ends when a phone goes to sleep, such as a
 * broadcast (Screen Wake Lock, https://www.w3.org/TR/screen-wake-lock/).
 *
 * Browsers end the lock of a page that is hidden: it is taken again when the page is back. One that
 * is refused (a phone that saves its battery, a browser without it) is not missed until then.
 */
export class Awake {
  /** @type {WakeLockSentinel | null} */
  #lock = null;
  #wanted = false;
  #asking = false;
  #onVisible = () => void this.#take();

  /** Whether the screen is to stay on from now; `keep(false)` lets it sleep. @param {boolean} on */
  keep(on) {
    if (on === this.#wanted) return;
    this.#wanted = on;
    if (on) {
      document.addEventListener("visibilitychange", this.#onVisible);
      void this.#take();
    } else {
      document.removeEventListener("visibilitychange", this.#onVisible);
      void this.#lock?.release();
      this.#lock = null;
    }
  }

  async #take() {
    const held = this.#lock !== null && !this.#lock.released;
    if (held || this.#asking || document.hidden || !navigator.wakeLock) return;
    this.#asking = true;
    try {
      const lock = await navigator.wakeLock.request("screen");
      // It may have come too late: nobody would release it.
      if (this.#wanted) this.#lock = lock;
      else await lock.release();
    } catch {
      // Refused; asked again when the page is looked at anew.
    } finally {
      this.#asking = false;
    }
  }
}
