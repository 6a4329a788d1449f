// @ts-check
/** Sending a form once, and telling what is wrong where it is wrong. */
import { announce } from "/web/lib/a11y.js";
import { ApiError } from "/web/lib/api.js";
import { explain } from "/web/lib/words.js";
import { toastError } from "/web/components/ls-toast.js";

/**
 * Keep the state of one form for its component: `busy` while it is being sent, and the refusal.
 */
export class FormController {
  /** @param {import("/web/vendor/lit.js").ReactiveElement} host */
  constructor(host) {
    this.host = host;
    this.busy = false;
    /** @type {ApiError | null} */
    this.error = null;
    host.addController(this);
  }

  hostConnected() {
    this.error = null;
  }

  /**
   * The message for one field, or "".
   *
   * @param {string} name
   * @param {...string} codes  of refusals that are about this field
   */
  at(name, ...codes) {
    const { error } = this;
    if (!error) return "";
    return error.field(name) || (codes.includes(error.code) ? explain(error) : "");
  }

  /**
   * The sentence for what concerns no field that is shown, or "".
   *
   * @param {string[]} [shown]  names that have a place of their own
   * @param {string[]} [codes]  refusals that have one
   */
  rest(shown = [], codes = []) {
    const { error } = this;
    if (!error || codes.includes(error.code)) return "";
    const has = (/** @type {string} */ field) =>
      shown.some((name) => field === name || field.startsWith(`${name}.`));
    if (error.errors.length && error.errors.every(({ field }) => has(field))) return "";
    return explain(error);
  }

  clear() {
    this.error = null;
    this.host.requestUpdate();
  }

  /**
   * Run `send` unless it is running already; a refusal is kept in `error`.
   *
   * @param {Event | null} event  the form's `submit`
   * @param {() => Promise<any>} send
   * @returns {Promise<boolean>} whether it went through
   */
  async send(event, send) {
    event?.preventDefault();
    if (this.busy) return false;
    this.busy = true;
    this.error = null;
    this.host.requestUpdate();
    try {
      await send();
      return true;
    } catch (error) {
      if (error instanceof ApiError) {
        this.error = error;
        announce(explain(error), "assertive");
      } else toastError(error);
      return false;
    } finally {
      this.busy = false;
      this.host.requestUpdate();
    }
  }
}

/** The trimmed text of a form's field. @param {FormData} data @param {string} name */
export const text = (data, name) => String(data.get(name) ?? "").trim();

/** The fields of the form that an event came from. @param {Event} event */
export const dataOf = (event) => new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));

/**
 * A field that is invalid while its `<details>` is folded could not be shown: unfold. Use as
 * `@invalid` (capture).
 *
 * @type {EventListenerObject & {capture: boolean}}
 */
export const unfoldInvalid = {
  capture: true,
  handleEvent(event) {
    const folded = /** @type {Element} */ (event.target).closest("details");
    if (folded) folded.open = true;
  },
};
