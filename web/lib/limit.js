// @ts-check
/**
 * How long a text may be, counted as the server counts it: in code points (PROTOCOL.md). The
 * `maxlength` of a field counts UTF-16 units, an emoji as two, and cuts what is pasted without a
 * word. Here nothing is cut: what is too long says so when it is sent.
 */
import { Directive, PartType, directive, noChange } from "/web/vendor/lit.js";

/** What is wrong with the length of a text, or "". @param {string} text @param {number} max */
export function tooLong(text, max) {
  const over = [...text.trim()].length - max;
  return over > 0 ? `${over} ${over === 1 ? "character" : "characters"} too long.` : "";
}

class LimitDirective extends Directive {
  /** @param {any} part */
  constructor(part) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error("limit() belongs into the tag of a field");
    /** @type {HTMLInputElement | HTMLTextAreaElement | null} */
    this.field = null;
    this.max = Infinity;
  }

  /** @param {number} _max @returns {unknown} */
  render(_max) {
    return noChange;
  }

  /** @param {any} part @param {[number]} args */
  update(part, [max]) {
    this.max = max;
    if (!this.field) {
      this.field = part.element;
      part.element.addEventListener("input", () => this.#check());
    }
    // What else this rendering changes in the tag may be the text.
    queueMicrotask(() => this.#check());
    return noChange;
  }

  #check() {
    this.field?.setCustomValidity(tooLong(this.field.value, this.max));
  }
}

/** Let a field be invalid while its text is longer: `<input ${limit(120)} />`. */
export const limit = directive(LimitDirective);
