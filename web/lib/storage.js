// @ts-check
/**
 * What this browser remembers for its user.
 *
 * Storage may be blocked or full, and what is in it may be somebody else's or half written. Then
 * what is remembered lasts as long as the page; nobody who remembers something has to think of it.
 */

class Memory {
  /** What storage did not take: it counts before what is in there. @type {Map<string, string>} */
  #here = new Map();

  /** @param {() => Storage} storage  asking for it throws where it is blocked */
  constructor(storage) {
    this.storage = storage;
  }

  /** @param {string} name @returns {string | null} `null` for nothing */
  get(name) {
    const here = this.#here.get(name);
    if (here !== undefined) return here;
    try {
      return this.storage().getItem(name);
    } catch {
      return null;
    }
  }

  /** @param {string} name @returns {number | null} `null` for nothing, and for what is no number */
  number(name) {
    const found = this.get(name);
    const value = Number(found);
    return found && Number.isFinite(value) ? value : null;
  }

  /** @param {string} name @returns {Record<string, any> | null} `null` for whatever is no object */
  object(name) {
    try {
      const value = JSON.parse(this.get(name) ?? "null");
      return value && typeof value === "object" && !Array.isArray(value) ? value : null;
    } catch {
      return null;
    }
  }

  /** @param {string} name @param {string | number | object} value */
  set(name, value) {
    const text = typeof value === "object" ? JSON.stringify(value) : String(value);
    try {
      this.storage().setItem(name, text);
      this.#here.delete(name);
    } catch {
      this.#here.set(name, text);
    }
  }

  /** Forget everything of ours. */
  clear() {
    this.#here.clear();
    try {
      const storage = this.storage();
      for (const name of Object.keys(storage))
        if (name.startsWith("liveshow.")) storage.removeItem(name);
    } catch {
      // Nothing could be put there either.
    }
  }

  /** @param {string} name */
  delete(name) {
    this.#here.delete(name);
    try {
      this.storage().removeItem(name);
    } catch {
      // It could not be put there either.
    }
  }
}

/** Of all tabs of this device, for good. */
export const device = new Memory(() => localStorage);
/** Of this tab, until it is closed or somebody signs out. */
export const tab = new Memory(() => sessionStorage);
