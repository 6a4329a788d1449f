// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { shared } from "/web/components/styles.js";

/**
 * What was promised with a piece that somebody holds or has bought, for them and for who packs it.
 * On paper it is framed: it has to be seen while packing.
 *
 * @property {string[]} promises
 */
export class LsPromised extends LitElement {
  static properties = { promises: { attribute: false } };

  constructor() {
    super();
    /** @type {string[]} */
    this.promises = [];
  }

  willUpdate() {
    this.hidden = this.promises.length === 0;
  }

  render() {
    if (!this.promises.length) return nothing;
    return html`<p><b>Promised with it</b></p>
      <ul>
        ${this.promises.map((words) => html`<li>${icon("check")}<span>${words}</span></li>`)}
      </ul>`;
  }

  static styles = [
    shared,
    css`
      :host {
        padding: var(--s-2) var(--s-3);
        border-radius: var(--r-s);
        background: var(--ok-soft);
        color: var(--ok-ink);
        font-size: var(--t-s);
        line-height: 1.35;
      }
      li {
        display: flex;
        gap: var(--s-2);
        margin-top: var(--s-1);
      }
      span {
        min-width: 0;
        overflow-wrap: anywhere;
      }
      @media print {
        :host {
          border: 2px solid;
          font-size: var(--t-m);
          break-inside: avoid;
        }
        p {
          text-transform: uppercase;
          letter-spacing: 0.04em;
        }
      }
    `,
  ];
}
customElements.define("ls-promised", LsPromised);
