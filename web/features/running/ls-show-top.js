// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { shared } from "/web/components/styles.js";
import "/web/components/ls-avatar.js";

const compact = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });

/**
 * Over the picture: who hosts, whether it is live, how many watch.
 *
 * @property {boolean} back  with a way back to all shows (where there is no app bar)
 * @slot - buttons at the right
 */
export class LsShowTop extends RoomElement {
  static properties = { back: { type: Boolean } };

  constructor() {
    super();
    this.back = false;
  }

  #badge() {
    switch (this.show?.status) {
      case "live":
        return html`<span class="badge live" data-testid="live-badge">Live</span>`;
      case "interrupted":
        return html`<span class="badge warn" data-testid="live-badge">Back soon</span>`;
      case "scheduled":
        return html`<span class="badge accent" data-testid="live-badge">Soon</span>`;
      case "ended":
        return html`<span class="badge" data-testid="live-badge">Over</span>`;
      default:
        return nothing;
    }
  }

  render() {
    const { show } = this;
    if (!show) return nothing;
    return html`${
        this.back
          ? html`<a class="round" href="/" aria-label="All shows">${icon("back")}</a>`
          : nothing
      }
      <a class="host" href="/closet/${show.host.handle}">
        <span class="sr">Host: </span>
        <ls-avatar .user=${show.host}></ls-avatar>
        <span class="name"
          ><b class="clip" dir="auto">${show.host.name}</b
          ><span class="clip title" dir="auto">${show.title}</span></span
        >
      </a>
      <span class="grow"></span>
      <span class="now">
        ${this.#badge()}
        ${
          this.viewers
            ? html`<span
                class="eyes num"
                data-testid="viewers"
                aria-label="${this.viewers} watching"
                >${icon("eye")}${compact.format(this.viewers)}</span
              >`
            : nothing
        }
      </span>
      <slot></slot>`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: var(--s-2);
        color: #fff;
      }
      .round {
        display: grid;
        place-items: center;
        width: var(--tap);
        height: var(--tap);
        color: #fff;
        border-radius: 50%;
        margin-right: -0.25rem;
      }
      .host {
        display: flex;
        align-items: center;
        gap: var(--s-2);
        min-width: 0;
        min-height: var(--tap);
        padding: 0.2rem var(--s-3) 0.2rem 0.25rem;
        border-radius: var(--r-full);
        background: rgb(25 16 12 / 0.5);
        backdrop-filter: blur(10px);
        color: #fff;
        text-decoration: none;
      }
      ls-avatar {
        flex: none;
        --size: min(2.25rem, 44px);
      }
      .name {
        display: grid;
        min-width: 0;
        line-height: 1.2;
        font-size: var(--t-s);
      }
      .title {
        font-size: 0.6875rem;
        color: #f0dfd2;
        max-width: 22rem;
      }
      .now {
        display: flex;
        align-items: center;
        gap: var(--s-2);
        flex: none;
      }
      .eyes {
        display: inline-flex;
        align-items: center;
        gap: 0.3em;
        padding: 0.15em 0.6em;
        border-radius: var(--r-full);
        background: rgb(25 16 12 / 0.5);
        font-size: var(--t-xs);
        font-weight: var(--w-bold);
        line-height: 1.5;
      }
      ::slotted(*) {
        flex: none;
      }
    `,
  ];
}
customElements.define("ls-show-top", LsShowTop);
