// @ts-check
import { LitElement, css, html } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { shared } from "/web/components/styles.js";

/**
 * What to show where there is nothing yet: why, and what to do about it.
 *
 * @property {import("/web/lib/icons.js").IconName} icon
 * @property {string} heading
 * @property {boolean} whole  the page has nothing else: the heading is the page's
 * @slot - a sentence
 * @slot action  a button or link
 */
export class LsEmpty extends LitElement {
  static properties = { icon: {}, heading: {}, whole: { type: Boolean } };

  constructor() {
    super();
    /** @type {import("/web/lib/icons.js").IconName} */
    this.icon = "hanger";
    this.heading = "";
    this.whole = false;
  }

  render() {
    return html`<div class="mark">${icon(this.icon)}</div>
      ${
        this.whole
          ? html`<h1 class="display">${this.heading}</h1>`
          : html`<h2 class="display">${this.heading}</h2>`
      }
      <p class="muted"><slot></slot></p>
      <slot name="action"></slot>`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: grid;
        justify-items: center;
        gap: var(--s-3);
        padding: var(--s-7) var(--s-4);
        text-align: center;
      }
      .mark {
        display: grid;
        place-items: center;
        width: 4.5rem;
        height: 4.5rem;
        border-radius: 50%;
        background: var(--accent-soft);
        color: var(--accent-ink);
        font-size: 1.75rem;
      }
      h1,
      h2 {
        font-size: var(--t-xl);
      }
      p {
        max-width: 26rem;
      }
    `,
  ];
}
customElements.define("ls-empty", LsEmpty);
