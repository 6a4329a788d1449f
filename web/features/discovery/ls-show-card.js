// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { daysFromToday, relativeText, whenText } from "/web/lib/when.js";
import { counted } from "/web/lib/words.js";
import { shared } from "/web/components/styles.js";
import "/web/components/ls-avatar.js";
import "/web/components/ls-photo.js";

/** @typedef {import("/web/lib/protocol.js").ShowCard} ShowCard */

const dayOfMonth = new Intl.DateTimeFormat(undefined, { day: "numeric" });
const shortDate = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  year: "numeric",
});
const month = new Intl.DateTimeFormat(undefined, { month: "short" });

/**
 * A show in a list, as one link.
 *
 * @property {ShowCard} show
 * @property {"feature" | "tile" | "row"} variant  feature: the large poster of a live show; tile: a
 *   small poster; row: a date and a line
 * @property {string} to  where the link goes when not to the show itself
 */
export class LsShowCard extends LitElement {
  static properties = { show: { attribute: false }, variant: { reflect: true }, to: {} };

  constructor() {
    super();
    /** @type {ShowCard | null} */
    this.show = null;
    this.variant = "tile";
    this.to = "";
  }

  render() {
    const { show } = this;
    if (!show) return nothing;
    const href = this.to || `/shows/${show.id}`;
    if (this.variant === "row") return this.#row(show, href);
    return html`<a href=${href} data-testid="show-${show.id}" data-status=${show.status}>
      <ls-photo .photo=${show.cover} alt="" ?full=${this.variant === "feature"}></ls-photo>
      <span class="veil"></span>
      <span class="top">${this.#badge(show)}</span>
      <span class="words">
        <span class="display title" dir="auto">${show.title}</span>
        <span class="meta"
          ><ls-avatar .user=${show.host}></ls-avatar
          ><span class="clip">@${show.host.handle}</span>${
            show.items ? html`<span class="nowrap">${counted(show.items, "piece")}</span>` : nothing
          }</span
        >
      </span>
    </a>`;
  }

  /** @param {ShowCard} show */
  #badge(show) {
    if (show.status === "live")
      return html`<span class="badge live">Live</span
        ><span class="badge seen"
          >${icon("eye")} <span class="sr">Watching: </span>${show.viewers}</span
        >`;
    if (show.status === "interrupted")
      return html`<span class="badge warn">${icon("pause")} Back in a moment</span
        ><span class="badge seen"
          >${icon("eye")} <span class="sr">Watching: </span>${show.viewers}</span
        >`;
    if (show.status === "ended")
      return html`<span class="badge seen"
        >${show.ended_at ? shortDate.format(show.ended_at) : "Ended"}</span
      >`;
    return nothing;
  }

  /** @param {ShowCard} show @param {string} href */
  #row(show, href) {
    const at = show.scheduled_at;
    return html`<a href=${href} data-testid="show-${show.id}" data-status=${show.status}>
      <span class="date display" aria-hidden="true"
        >${
          at
            ? html`<b class="num">${dayOfMonth.format(at)}</b><i>${month.format(at)}</i>`
            : icon("edit")
        }</span
      >
      <ls-photo .photo=${show.cover} alt=""></ls-photo>
      <span class="grow">
        <span class="display title" dir="auto">${show.title}</span>
        <span class="when"
          >${
            at
              ? html`<b>${whenText(at)}</b
                  >${daysFromToday(at) === 1 ? "" : ` · ${relativeText(at)}`}`
              : html`Draft, only you see it`
          }</span
        >
        <span class="muted small clip"
          >@${show.host.handle}${show.items ? ` · ${counted(show.items, "piece")}` : ""}</span
        >
      </span>
      <span class="go" aria-hidden="true">${icon("chevron")}</span>
    </a>`;
  }

  static styles = [
    shared,
    css`
      a {
        position: relative;
        display: block;
        color: inherit;
        text-decoration: none;
        border-radius: var(--r-l);
      }
      a:focus-visible {
        border-radius: var(--r-l);
      }
      .title {
        display: block;
        text-wrap: balance;
        overflow-wrap: anywhere;
      }
      .nowrap {
        white-space: nowrap;
      }

      /* The words stand on the picture, which is as high as they need. */
      :host(:not([variant="row"])) a {
        display: grid;
        grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr);
        overflow: hidden;
        color: #fff8f1;
        box-shadow: var(--shadow-1);
        transition:
          box-shadow var(--calm),
          transform var(--calm) var(--ease);
      }
      :host(:not([variant="row"])) a:hover {
        box-shadow: var(--shadow-2);
        transform: translateY(-2px);
      }
      :host(:not([variant="row"])) ls-photo {
        grid-area: 1 / 1 / -1 / -1;
        align-self: stretch;
        border-radius: 0;
        width: 100%;
        --ratio: 4 / 5;
      }
      .veil {
        position: absolute;
        inset: 0;
        background: linear-gradient(
          to top,
          rgb(22 12 8 / 0.92),
          rgb(22 12 8 / 0.62) 34%,
          rgb(22 12 8 / 0) 68%
        );
      }
      .top {
        position: relative;
        grid-area: 1 / 1;
        padding: var(--s-3);
        display: flex;
        gap: var(--s-2);
        flex-wrap: wrap;
      }
      .seen {
        background: rgb(22 12 8 / 0.72);
        color: #fff8f1;
      }
      .words {
        position: relative;
        grid-area: 3 / 1;
        padding: 0 var(--s-4) var(--s-4);
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--s-2);
      }
      .title {
        font-size: var(--t-l);
      }
      .meta {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-2);
        font-size: var(--t-s);
        --size: 1.75rem;
      }
      .meta .nowrap::before {
        content: "· ";
      }
      :host([variant="tile"]) .meta {
        --size: 1.5rem;
      }

      :host([variant="feature"]) .title {
        font-size: var(--t-2xl);
      }
      :host([variant="feature"]) .words {
        padding: 0 var(--s-5) var(--s-5);
        gap: var(--s-3);
      }
      :host([variant="feature"]) .top {
        padding: var(--s-4);
      }
      :host([variant="feature"]) .badge {
        font-size: var(--t-s);
      }

      :host([variant="row"]) a {
        display: flex;
        align-items: center;
        gap: var(--s-4);
        padding: var(--s-3) var(--s-2);
      }
      :host([variant="row"]) a:hover {
        background: var(--sunken);
      }
      :host([variant="row"]) ls-photo {
        width: 4rem;
        flex: none;
        --ratio: 1;
      }
      .date {
        display: grid;
        justify-items: center;
        width: 2.75rem;
        flex: none;
        line-height: 1.05;
      }
      .date b {
        font-size: var(--t-2xl);
        font-weight: 600;
        letter-spacing: -0.03em;
      }
      .date i {
        font: 700 var(--t-xs)/1.2 var(--font-text);
        text-transform: uppercase;
        letter-spacing: 0.08em;
        color: var(--accent-ink);
      }
      .when {
        display: block;
        font-size: var(--t-s);
        margin-top: 0.15rem;
      }
      .when b::first-letter {
        text-transform: uppercase;
      }
      .when b {
        display: inline-block;
      }
      .go {
        color: var(--ink-2);
      }
      .grow > .muted {
        display: block;
      }
      @media (max-width: 420px) {
        :host([variant="row"]) a {
          gap: var(--s-3);
        }
        .go {
          display: none;
        }
      }
      @media (min-width: 700px) {
        :host([variant="feature"][half]) ls-photo {
          --ratio: 1;
        }
      }
      @media (min-width: 900px) {
        :host([variant="feature"][wide]) ls-photo {
          --ratio: 16 / 9;
        }
        :host([variant="feature"][wide]) .title {
          font-size: var(--t-3xl);
          max-width: 18em;
        }
      }
    `,
  ];
}
customElements.define("ls-show-card", LsShowCard);
