// @ts-check
import { css, html, repeat } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { shared } from "/web/components/styles.js";

/** Hearts that are in the air at most: more of them show nothing more. */
const MOST = 30;
const FLIGHT_MS = 2_400;
/** Ways up; each is a class below. */
const WAYS = 5;

/** @param {number} count */
const counted = (count) =>
  `${count} ${count === 1 ? "heart" : "hearts"} since you opened this page`;

/**
 * The button that sends a heart, and the hearts that rise from it.
 *
 * @property {boolean} tally  without the button: how many came since the page was opened
 */
export class LsCheer extends RoomElement {
  static properties = { tally: { type: Boolean }, rising: { state: true }, count: { state: true } };

  constructor() {
    super();
    this.tally = false;
    this.count = 0;
    /** Each by its number. @type {number[]} */
    this.rising = [];
    /** One's own that were shown when they were sent, and are still to come back. */
    this.own = 0;
    this.made = 0;
    this.follow("cheers:came", ({ detail }) => this.#came(detail));
  }

  /** @param {number} count */
  #came(count) {
    this.count += count;
    const own = Math.min(this.own, count);
    this.own -= own;
    this.#rise(count - own);
  }

  #cheer() {
    this.own += 1;
    this.#rise(1);
    this.room?.tell("cheer").then((taken) => {
      if (!taken) this.own = Math.max(0, this.own - 1);
    });
  }

  /** @param {number} count */
  #rise(count) {
    const room = Math.max(0, Math.min(count, MOST - this.rising.length));
    if (!room) return;
    const fresh = Array.from({ length: room }, () => (this.made += 1));
    this.rising = [...this.rising, ...fresh];
    const [first] = fresh;
    const last = this.made;
    setTimeout(() => {
      this.rising = this.rising.filter((heart) => heart < first || heart > last);
    }, FLIGHT_MS);
  }

  render() {
    if (this.tally)
      return html`<p class="muted small row" data-testid="hearts">
        ${icon("heart")} ${this.count ? counted(this.count) : "No hearts yet"}
      </p>`;
    return html`<button
        class="btn glass icon-only"
        aria-label="Send a heart"
        data-testid="cheer"
        @click=${this.#cheer}
      >
        ${icon("heart")}
      </button>
      <div class="air" aria-hidden="true" data-hearts=${this.count}>
        ${repeat(
          this.rising,
          (heart) => heart,
          (heart) => html`<span class="way${heart % WAYS}">${icon("heart")}</span>`,
        )}
      </div>`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: inline-block;
        position: relative;
      }
      /* Over the picture, wherever the button stands. */
      .air {
        position: fixed;
        inset: auto 34px 46dvh auto;
        width: 0;
        height: 0;
        pointer-events: none;
        z-index: 3;
      }
      @media (min-width: 900px) {
        .air {
          inset: auto auto 24dvh 62vw;
        }
      }
      .air span {
        position: absolute;
        inset: auto 0 0;
        display: grid;
        place-items: center;
        color: var(--live);
        animation: rise 2.4s ease-out both;
      }
      .way0 {
        --drift: -22px;
        --size: 1;
      }
      .way1 {
        --drift: 14px;
        --size: 1.3;
      }
      .way2 {
        --drift: -8px;
        --size: 0.9;
      }
      .way3 {
        --drift: 24px;
        --size: 1.1;
      }
      .way4 {
        --drift: 2px;
        --size: 1.4;
      }
      .air svg {
        fill: currentColor;
      }
      @keyframes rise {
        from {
          transform: translate(0, 0) scale(0.4);
          opacity: 0;
        }
        15% {
          opacity: 1;
        }
        to {
          transform: translate(var(--drift), -240px) scale(var(--size));
          opacity: 0;
        }
      }
      @media (prefers-reduced-motion: reduce) {
        .air span {
          animation: none;
          opacity: 0.9;
        }
      }
    `,
  ];
}
customElements.define("ls-cheer", LsCheer);
