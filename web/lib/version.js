// @ts-check
/**
 * Whether the server has another version of the browser side than this page.
 *
 * Modules are named after what is in them, so what an older page has not loaded yet is not there
 * any more. It is for the person to say when the page is loaded again.
 */

const OFTEN_MS = 10_000;
const EARLY_MS = 50;
/** After an upgrade all pages come back at once: they ask one after the other. */
const SPREAD_MS = 15_000;

const own =
  document.querySelector('meta[name="liveshow-version"]')?.getAttribute("content") ?? null;

/**
 * @fires outdated  the server has another version; detail `{missing, busy}`: something was not
 *   there for this page, and whether this is a bad time. Once, and once more when something is
 *   missing
 */
class Version extends EventTarget {
  #outdated = false;
  #asked = -Infinity;
  #timer = 0;
  #busy = false;
  /** What was told: nothing, that there is another one, that something is missing. */
  #told = 0;

  /** The server has another one: to load a module of this page again is no use. */
  get outdated() {
    return this.#outdated;
  }

  /** Whether this is a bad time: on air. What can wait is told when it is over. */
  set busy(/** @type {boolean} */ busy) {
    this.#busy = busy;
    if (this.#outdated) this.#tell(1);
  }

  /** A module of this page did not come: that may be why. */
  async missing() {
    if (await this.#ask()) this.#tell(2);
  }

  /** The server may be another one by now. */
  later() {
    if (this.#timer || this.#outdated) return;
    // A timer may be a little early, and then nobody would be asked at all.
    const rest = this.#asked + OFTEN_MS + EARLY_MS - performance.now();
    this.#timer = window.setTimeout(
      async () => {
        this.#timer = 0;
        if (await this.#ask()) this.#tell(1);
      },
      Math.max(rest, Math.random() * SPREAD_MS),
    );
  }

  /** @returns {Promise<boolean>} whether it has; when it does not say, what was known before */
  async #ask() {
    if (this.#outdated || own === null || performance.now() - this.#asked < OFTEN_MS)
      return this.#outdated;
    this.#asked = performance.now();
    try {
      const answer = await fetch("/web/version.json", { cache: "no-store" });
      if (answer.ok) this.#outdated = (await answer.json()).version !== own;
    } catch {
      // It is not there at the moment. Then the page has other things to say.
    }
    return this.#outdated;
  }

  /** @param {1 | 2} what */
  #tell(what) {
    if (this.#told >= what || (what === 1 && this.#busy)) return;
    this.#told = what;
    const detail = { missing: what === 2, busy: this.#busy };
    this.dispatchEvent(new CustomEvent("outdated", { detail }));
  }
}

export const version = new Version();
