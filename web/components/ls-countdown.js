// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { whileConnected } from "/web/lib/seen.js";
import { clockText, durationText, onTick, serverNow } from "/web/lib/time.js";
import { shared } from "/web/components/styles.js";

const HURRY_MS = 30_000;

/**
 * What is left until `until`, on the server's clock.
 *
 * @property {number | null} until
 * @property {number | null} frozenAt  the time at which the clock stands still, or null
 * @property {boolean} long  words ("3 hours") for what is more than an hour away
 * @property {boolean} bare  without the clock icon
 * @fires over  once, when nothing is left
 */
export class LsCountdown extends LitElement {
  static properties = {
    until: { type: Number },
    frozenAt: { type: Number, attribute: "frozen-at" },
    long: { type: Boolean },
    bare: { type: Boolean },
    text: { state: true },
  };

  constructor() {
    super();
    /** @type {number | null} */
    this.until = null;
    /** @type {number | null} */
    this.frozenAt = null;
    this.long = false;
    this.bare = false;
    this.text = "";
    this.said = false;
    whileConnected(this, () => onTick(() => this.#tick()));
  }

  /** Milliseconds left. */
  get left() {
    return Math.max(0, (this.until ?? 0) - (this.frozenAt ?? serverNow()));
  }

  #tick() {
    const left = this.left;
    this.text = this.long && left >= 3_600_000 ? durationText(left) : clockText(left);
    this.classList.toggle("hurry", left < HURRY_MS && this.frozenAt === null);
    this.classList.toggle("frozen", this.frozenAt !== null);
    if (left > 0) this.said = false;
    else if (!this.said) {
      this.said = true;
      this.dispatchEvent(new Event("over"));
    }
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  willUpdate(changed) {
    if (changed.has("until") || changed.has("frozenAt")) this.#tick();
  }

  render() {
    return html`${this.bare ? nothing : icon(this.frozenAt === null ? "clock" : "pause")}<span
        role="timer"
        >${this.text}</span
      >`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: inline-flex;
        align-items: center;
        gap: 0.3em;
        font-variant-numeric: tabular-nums;
        font-weight: var(--w-bold);
        white-space: nowrap;
      }
      :host(.hurry) span {
        animation: beat 1s infinite alternate;
      }
      @keyframes beat {
        to {
          opacity: 0.45;
        }
      }
      @media (prefers-reduced-motion: reduce) {
        :host(.hurry) span {
          animation: none;
        }
      }
    `,
  ];
}
customElements.define("ls-countdown", LsCountdown);
