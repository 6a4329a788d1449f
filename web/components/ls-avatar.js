// @ts-check
import { LitElement, css, html } from "/web/vendor/lit.js";

/** Pairs of background and text, each 4.5:1 or more. */
const COLOURS = 6;

/**
 * A person as a round sign with their initial; its colour follows from the handle.
 *
 * @property {import("/web/lib/protocol.js").User | null} user
 */
export class LsAvatar extends LitElement {
  static properties = { user: { attribute: false } };

  constructor() {
    super();
    /** @type {import("/web/lib/protocol.js").User | null} */
    this.user = null;
  }

  render() {
    const handle = this.user?.handle ?? "?";
    let sum = 0;
    for (const c of handle) sum = (sum * 31 + (c.codePointAt(0) ?? 0)) % 9973;
    const letter = ([...(this.user?.name || handle)][0] ?? "?").toUpperCase();
    return html`<span class="c${sum % COLOURS}" aria-hidden="true">${letter}</span>`;
  }

  static styles = css`
    :host {
      display: inline-block;
      flex: none;
      width: var(--size, 2.25rem);
      height: var(--size, 2.25rem);
    }
    span {
      display: grid;
      place-items: center;
      width: 100%;
      height: 100%;
      border-radius: 50%;
      font: 600 calc(var(--size, 2.25rem) * 0.46)/1 var(--font-display);
    }
    .c0 {
      background: #8f2f12;
      color: #ffe9dd;
    }
    .c1 {
      background: #1d5b46;
      color: #def5ea;
    }
    .c2 {
      background: #6a2d5b;
      color: #fbe4f4;
    }
    .c3 {
      background: #7a4d09;
      color: #fff0cf;
    }
    .c4 {
      background: #27506f;
      color: #e0f0fd;
    }
    .c5 {
      background: #84243c;
      color: #ffe3e8;
    }
  `;
}
customElements.define("ls-avatar", LsAvatar);
