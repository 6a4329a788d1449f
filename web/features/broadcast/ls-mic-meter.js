// @ts-check
import { LitElement, css, html } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { shared } from "/web/components/styles.js";

const BARS = 12;

/**
 * How loud the microphone is.
 *
 * @property {import("/web/features/broadcast/capture.js").Capture} capture
 */
export class LsMicMeter extends LitElement {
  static properties = { capture: { attribute: false }, level: { state: true } };

  constructor() {
    super();
    /** @type {import("/web/features/broadcast/capture.js").Capture | null} */
    this.capture = null;
    /** Bars that are lit. */
    this.level = 0;
    this.timer = 0;
  }

  connectedCallback() {
    super.connectedCallback();
    this.timer = window.setInterval(
      () => (this.level = Math.round((this.capture?.level() ?? 0) * BARS)),
      80,
    );
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  render() {
    return html`<div
      role="meter"
      aria-label="Microphone"
      aria-valuemin="0"
      aria-valuemax=${BARS}
      aria-valuenow=${this.level}
    >
      ${icon("mic")}${Array.from(
        { length: BARS },
        (_, n) => html`<i class=${n < this.level ? (n > BARS - 3 ? "loud" : "on") : ""}></i>`,
      )}
    </div>`;
  }

  static styles = [
    shared,
    css`
      div {
        display: flex;
        align-items: center;
        gap: 2px;
        color: inherit;
      }
      i {
        width: 4px;
        height: 0.9rem;
        border-radius: 2px;
        background: currentColor;
        opacity: 0.25;
      }
      .on {
        background: #67d6a6;
        opacity: 1;
      }
      .loud {
        background: #ffb35c;
        opacity: 1;
      }
    `,
  ];
}
customElements.define("ls-mic-meter", LsMicMeter);
