// @ts-check
/** Lists of the server that may be longer than what is shown at once. */
import { get } from "/web/lib/api.js";

/** How much is asked for, and shown, at a time. */
const STEP = 100;

/**
 * A list that goes on with the server's cursor: nothing is cut, and nothing is fetched that nobody
 * wants to see.
 */
export class Paged {
  /** @param {import("/web/vendor/lit.js").ReactiveElement} host  rendered when it changes */
  constructor(host) {
    this.host = host;
    /** What has come; null as long as nothing has. @type {any[] | null} */
    this.items = null;
    this.shown = STEP;
    /** The cursor after the last of `items`; null at the end. @type {string | null} */
    this.next = null;
    /** What is listed; another object for each time it was asked for. */
    this.asked = { path: "", query: {} };
    /** @type {Promise<void> | null} */
    this.coming = null;
  }

  /** What is to be shown now. @returns {any[]} */
  get view() {
    return (this.items ?? []).slice(0, this.shown);
  }

  /** Whether there is more than that. */
  get longer() {
    return this.next !== null || (this.items ?? []).length > this.shown;
  }

  /**
   * Begin with the first page; the same list again with as much as was shown of it.
   *
   * @param {string} path
   * @param {Record<string, any>} [query]
   * @throws {import("/web/lib/api.js").ApiError}
   */
  async load(path, query = {}) {
    const asked = { path, query };
    if (JSON.stringify(asked) !== JSON.stringify(this.asked)) this.shown = STEP;
    this.asked = asked;
    let page = await get(path, { ...query, limit: STEP });
    const { items } = page;
    while (page.next && items.length < this.shown) {
      page = await get(path, { ...query, after: page.next, limit: STEP });
      items.push(...page.items);
    }
    if (asked === this.asked) this.set(items, page.next);
  }

  /** Have another list. @param {any[]} items @param {string | null} [next] */
  set(items, next = this.next) {
    Object.assign(this, { items, next });
    this.host.requestUpdate();
  }

  /** Show more of it. @throws {import("/web/lib/api.js").ApiError} */
  async more() {
    const wanted = this.shown + STEP;
    if (this.next && (this.items ?? []).length < wanted) await this.#page();
    this.shown = wanted;
    this.host.requestUpdate();
  }

  /**
   * Fetch all of it, for who looks for something in it.
   *
   * @throws {import("/web/lib/api.js").ApiError}
   */
  async rest() {
    while (this.next) await this.#page();
  }

  /** The next page, once for whoever waits for it. */
  #page() {
    this.coming ??= this.#fetch().finally(() => {
      this.coming = null;
      this.host.requestUpdate();
    });
    this.host.requestUpdate();
    return this.coming;
  }

  async #fetch() {
    const { asked } = this;
    const page = await get(asked.path, { ...asked.query, after: this.next, limit: STEP });
    if (asked === this.asked) this.set([...(this.items ?? []), ...page.items], page.next);
  }
}
