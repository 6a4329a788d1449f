// @ts-check
/**
 * What somebody has begun to write: kept for them until it is sent, whatever becomes of the field
 * it stands in. A draft is gone with its tab, and everywhere on the device when somebody signs
 * out.
 *
 * Drafts are in the storage of the tab. They are marked with a word that the tabs of the device
 * share; signing out changes it, so that tabs which sleep meanwhile cannot show one either.
 */
import { Directive, PartType, directive, noChange } from "/web/vendor/lit.js";

const PREFIX = "liveshow.draft.";
const MARK = "liveshow.drafts";

/**
 * Storage may be switched off, or full: then there are no drafts.
 *
 * @type {<T>(f: () => T, or: T) => T}
 */
function trying(f, or) {
  try {
    return f();
  } catch {
    return or;
  }
}

/** @returns {string} */
function mark() {
  const found = localStorage.getItem(MARK);
  if (found) return found;
  const fresh = crypto.getRandomValues(new Uint32Array(2)).join("-");
  localStorage.setItem(MARK, fresh);
  return fresh;
}

/** The draft of a name; "" for none. @param {string} name */
export function draftOf(name) {
  return trying(() => {
    const found = sessionStorage.getItem(PREFIX + name);
    if (!found) return "";
    const [of, text] = JSON.parse(found);
    if (of === mark() && typeof text === "string") return text;
    sessionStorage.removeItem(PREFIX + name);
    return "";
  }, "");
}

/** Keep a draft; an empty one is none. @param {string} name @param {string} text */
export function keepDraft(name, text) {
  trying(() => {
    if (text) sessionStorage.setItem(PREFIX + name, JSON.stringify([mark(), text]));
    else sessionStorage.removeItem(PREFIX + name);
  }, undefined);
}

/** Forget all drafts on this device: somebody has signed out, and another one may sit down. */
export function forgetDrafts() {
  trying(() => localStorage.removeItem(MARK), undefined);
  trying(() => {
    for (const name of Object.keys(sessionStorage))
      if (name.startsWith(PREFIX)) sessionStorage.removeItem(name);
  }, undefined);
}

/** @typedef {HTMLInputElement | HTMLTextAreaElement} Field */

/**
 * Have a field show another text, as if it had been typed.
 *
 * @param {Field} field
 * @param {string} text
 */
export function write(field, text) {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
}

class DraftDirective extends Directive {
  /** @param {any} part */
  constructor(part) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error("draft() belongs into the tag of a field");
    /** @type {string | null} */
    this.name = null;
    this.standing = "";
    /** @type {Field | null} */
    this.field = null;
  }

  /** @param {string | null} _name @param {string} [_standing] @returns {unknown} */
  render(_name, _standing) {
    return noChange;
  }

  /** @param {any} part @param {[string | null, string?]} args */
  update(part, [name, standing = ""]) {
    this.standing = standing;
    this.field ??= this.#hear(part.element);
    if (name !== this.name) this.#take(this.field, name);
    return noChange;
  }

  /** @param {Field} field */
  #hear(field) {
    field.addEventListener("input", () => this.#keep(field.value));
    // It is in its form as soon as it is in the page.
    queueMicrotask(() => field.form?.addEventListener("reset", () => this.#keep("")));
    return field;
  }

  /** @param {string} text */
  #keep(text) {
    if (this.name) keepDraft(this.name, text === this.standing ? "" : text);
  }

  /** @param {Field} field @param {string | null} name */
  #take(field, name) {
    const before = this.name;
    this.name = name;
    // What one person wrote does not stay for the next.
    if (before) field.value = this.standing;
    if (!name) return;
    if (field.value !== this.standing) this.#keep(field.value);
    else if (draftOf(name)) write(field, draftOf(name));
  }
}

/**
 * Keep what is written into a field: `<input ${draft("…")} />`. The name is `null` as long as it is
 * not known whose it is. A second argument is what stands in the field by itself: that is no draft.
 * What is sent is taken away with `write(field, "")`, or by `reset` of its form.
 */
export const draft = directive(DraftDirective);
