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

/**
 * What is kept under a name, and what stood in the field when it was begun.
 *
 * @param {string} name
 * @returns {{text: string, standing: string} | null}
 */
function kept(name) {
  return trying(() => {
    const found = sessionStorage.getItem(PREFIX + name);
    if (!found) return null;
    const [of, text, standing = ""] = JSON.parse(found);
    if (of === mark() && typeof text === "string") return { text, standing };
    sessionStorage.removeItem(PREFIX + name);
    return null;
  }, null);
}

/** The draft of a name; "" for none. @param {string} name */
export const draftOf = (name) => kept(name)?.text ?? "";

/**
 * The draft of a name if it goes out from what stands there now; one that does not is forgotten.
 *
 * @param {string | null} name
 * @param {string} standing
 * @returns {{text: string, outdated: boolean}}
 */
export function takeDraft(name, standing) {
  const found = name ? kept(name) : null;
  if (!name || !found) return { text: "", outdated: false };
  if (found.standing === standing) return { text: found.text, outdated: false };
  keepDraft(name, "");
  return { text: "", outdated: found.text !== standing };
}

/**
 * Keep a draft. What stands in the field by itself is none.
 *
 * @param {string} name
 * @param {string} text
 * @param {string} [standing]
 */
export function keepDraft(name, text, standing = "") {
  trying(() => {
    if (text === standing) sessionStorage.removeItem(PREFIX + name);
    else sessionStorage.setItem(PREFIX + name, JSON.stringify([mark(), text, standing]));
  }, undefined);
}

/**
 * Forget drafts by how their names begin: what was written there is sent.
 *
 * @param {string | null} begin
 */
export function dropDrafts(begin) {
  if (begin === null) return;
  trying(() => {
    for (const name of Object.keys(sessionStorage))
      if (name.startsWith(PREFIX + begin)) sessionStorage.removeItem(name);
  }, undefined);
}

/**
 * Send what was written: its drafts are gone, and back when it is refused.
 *
 * @template T
 * @param {string | null} begin  how their names begin
 * @param {() => Promise<T>} send
 */
export async function sendDrafts(begin, send) {
  const began = PREFIX + begin;
  const taken = trying(
    () => Object.entries(sessionStorage).filter(([name]) => name.startsWith(began)),
    [],
  );
  dropDrafts(begin);
  try {
    return await send();
  } catch (error) {
    trying(() => taken.forEach(([name, kept]) => sessionStorage.setItem(name, kept)), undefined);
    throw error;
  }
}

/** Forget all drafts on this device: somebody has signed out, and another one may sit down. */
export function forgetDrafts() {
  trying(() => localStorage.removeItem(MARK), undefined);
  dropDrafts("");
}

/**
 * Forget what others have begun in this tab: their sign-in may have ended without a sign-out.
 *
 * @param {string} own  how the names of one's own drafts begin
 */
export function forgetOthersDrafts(own) {
  trying(() => {
    for (const name of Object.keys(sessionStorage))
      if (name.startsWith(PREFIX) && !name.startsWith(PREFIX + own))
        sessionStorage.removeItem(name);
  }, undefined);
}

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */

/**
 * Have a field show another text, as if it had been typed or chosen.
 *
 * @param {Field} field
 * @param {string} text
 */
export function write(field, text) {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
  if (field instanceof HTMLSelectElement)
    field.dispatchEvent(new Event("change", { bubbles: true }));
}

/**
 * Take what was sent out of its field; what was typed since then stays.
 *
 * @param {Field | null} field
 * @param {string} sent
 */
export function takeSent(field, sent) {
  if (field && field.value.trim() === sent) write(field, "");
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
    const other = standing !== this.standing;
    this.standing = standing;
    this.field ??= this.#hear(part.element);
    if (name !== this.name) this.#named(this.field, name);
    else if (name && other) this.#compare(this.field, name);
    return noChange;
  }

  /** @param {Field} field */
  #hear(field) {
    field.addEventListener("input", () => this.#keep(field.value));
    // It is in its form as soon as it is in the page.
    queueMicrotask(() => field.form?.addEventListener("reset", () => this.#keep(this.standing)));
    return field;
  }

  /** @param {string} text */
  #keep(text) {
    if (this.name) keepDraft(this.name, text, this.standing);
  }

  /** @param {Field} field @param {string | null} name */
  #named(field, name) {
    const before = this.name;
    this.name = name;
    // What one person wrote does not stay for the next.
    if (before) field.value = this.standing;
    if (!name) return;
    // The options of a list are rendered after its tag.
    if (field instanceof HTMLSelectElement) queueMicrotask(() => this.#take(field, name));
    else this.#take(field, name);
  }

  /** @param {Field} field @param {string} name */
  #take(field, name) {
    if (name !== this.name) return;
    if (field.value !== this.standing) this.#keep(field.value);
    else if (this.#compare(field, name)) write(field, draftOf(name));
  }

  /**
   * Whether a draft goes out from what stands there now. Another one is given back to its writer.
   *
   * @param {Field} field @param {string} name
   */
  #compare(field, name) {
    const found = kept(name);
    if (!found || found.standing === this.standing) return Boolean(found);
    keepDraft(name, "");
    if (found.text.trim() !== this.standing.trim())
      field.dispatchEvent(new CustomEvent("draft-outdated", { bubbles: true, detail: found.text }));
    if (field instanceof HTMLSelectElement) queueMicrotask(() => (field.value = this.standing));
    return false;
  }
}

/**
 * Keep what is written into a field: `<input ${draft("…")} />`. The name is `null` as long as it is
 * not known whose it is. A second argument is what stands in the field by itself: that is no draft,
 * and when it is another one than when the draft was begun, the draft is not shown any more; the
 * field says `draft-outdated` with the text, and `ls-field` shows it. What is sent is taken away
 * with `write(field, "")`, by `reset` of its form, or by `sendDrafts`.
 */
export const draft = directive(DraftDirective);
