// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { shared } from "/web/components/styles.js";
import { inbox } from "/web/features/inbox/inbox.js";
import "/web/components/ls-countdown.js";

/** What is held and wants to be paid, with its clock, on pages that say nothing else of it. */
export class LsHeldBar extends LitElement {
  constructor() {
    super();
    this.onChange = () => this.requestUpdate();
    // Messages come under it: its button stays in reach.
    this.sizes = new ResizeObserver(() =>
      document.documentElement.style.setProperty("--held", `${this.offsetHeight}px`),
    );
  }

  connectedCallback() {
    super.connectedCallback();
    inbox.addEventListener("change", this.onChange);
    inbox.start();
    this.sizes.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    inbox.removeEventListener("change", this.onChange);
    this.sizes.disconnect();
  }

  render() {
    const { unpaid } = inbox;
    const [first] = unpaid;
    const own = first && location.pathname === `/shows/${first.show.id}`;
    if (!first || own || location.pathname.startsWith("/cart")) return nothing;
    const pieces = unpaid.reduce((n, { quantity }) => n + quantity, 0);
    const what =
      pieces === 1 ? `#${first.number} ${first.title} is yours` : `${pieces} pieces are yours`;
    return html`<div class="held" role="status" data-testid="held-bar">
      <span class="grow">
        <b>${what}</b>
        <ls-countdown .until=${first.until} .frozenAt=${first.interrupted_at}></ls-countdown>
      </span>
      <a class="btn compact" href="/cart?show=${first.show.id}" data-testid="held-pay">Pay now</a>
    </div>`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: block;
      }
      .held {
        display: flex;
        align-items: center;
        gap: var(--s-3);
        padding: var(--s-1) var(--s-3) var(--s-1) var(--s-4);
        background: var(--ok);
        color: var(--on-ok);
        font-size: var(--t-s);
        line-height: 1.3;
      }
      .grow {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 var(--s-2);
      }
      .btn {
        flex: none;
        background: var(--on-ok);
        border-color: var(--on-ok);
        color: var(--ok);
      }
    `,
  ];
}
customElements.define("ls-held-bar", LsHeldBar);
