// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { announce } from "/web/lib/a11y.js";
import { get } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { everyWhileSeen, whileConnected } from "/web/lib/seen.js";
import { page } from "/web/components/page-styles.js";
import { shared } from "/web/components/styles.js";
import { rateText } from "/web/features/broadcast/capture.js";

const ASK_MS = 5_000;
/** Figures that are older say nothing any more. */
const STALE_MS = 20_000;
/** Somebody who listens is told of a change, and not of every swing. */
const SAY_MS = 30_000;

/** @param {number} n */
const fps = (n) => `${Math.round(n)} fps`;

/** Names of layers, the largest first. */
const SIZES = ["Full size", "Medium", "Small"];
const KINDS = /** @type {const} */ ([
  ["good", "Good"],
  ["fair", "Slower"],
  ["weak", "Weak"],
]);

/**
 * How the picture reaches the viewers, in a sentence; figures for who wants them.
 *
 * @property {import("/web/lib/simulcast.js").LayerStats[]} layers  that this page sends
 */
export class LsReach extends RoomElement {
  static properties = {
    layers: { attribute: false },
    figures: { state: true },
  };

  constructor() {
    super();
    /** @type {import("/web/lib/simulcast.js").LayerStats[]} */
    this.layers = [];
    /** @type {import("/web/lib/protocol.js").MediaStats | null} */
    this.figures = null;
    this.asked = -Infinity;
    this.said = -Infinity;
    whileConnected(this, () => everyWhileSeen(ASK_MS, () => this.#ask()));
  }

  connectedCallback() {
    super.connectedCallback();
    this.#ask();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.figures = null;
  }

  async #ask() {
    if (!this.isConnected || !this.room || document.hidden) return;
    try {
      const figures = await get(`/api/shows/${this.room.show}/stats`, { viewers: 0 });
      if (!this.isConnected) return;
      this.asked = performance.now();
      this.#say(figures);
      this.figures = figures;
    } catch {
      // The page says when the connection is gone; here it is enough not to say what is not so.
      if (performance.now() - this.asked > STALE_MS) this.figures = null;
    }
  }

  /** @param {import("/web/lib/protocol.js").MediaStats} figures */
  #say(figures) {
    const before = this.figures;
    if (!before?.live || !figures.live || before.healthy === figures.healthy) return;
    if (performance.now() - this.said < SAY_MS) return;
    this.said = performance.now();
    announce(figures.summary);
  }

  render() {
    const { figures } = this;
    // Without a picture there is nothing that could reach anybody; the frame says why, unless what
    // arrives cannot be passed on.
    if (!figures?.live && !figures?.publisher?.troubles.length) return nothing;
    return html`<details data-testid="reach">
      <summary class=${figures.healthy ? "" : "warn"}>
        <i aria-hidden="true"></i
        ><span class="grow" data-testid="reach-summary"
          >${figures.summary.replaceAll(" %", "\u00a0%")}</span
        >${icon("chevron")}<span class="sr">Figures</span>
      </summary>
      <dl data-testid="reach-figures">
        ${this.#viewers(figures)} ${this.#sent(figures)} ${this.#link(figures)}
      </dl>
    </details>`;
  }

  /** @param {import("/web/lib/protocol.js").MediaStats} figures */
  #viewers({ viewers, connections }) {
    if (!viewers) return nothing;
    return html`<dt>Viewers’ connections</dt>
      ${KINDS.map(
        ([kind, text]) =>
          html`<dd><span>${text}</span><span class="num">${connections[kind]}</span></dd>`,
      )}`;
  }

  /** @param {import("/web/lib/protocol.js").MediaStats} figures */
  #sent({ layers }) {
    // What this page sends it knows better than the server; OBS is seen from there only. But the
    // browser counts the padding with which it explores the network to its smallest layer.
    const pure = (/** @type {import("/web/lib/simulcast.js").LayerStats} */ { rid, bitrate }) =>
      Math.min(bitrate, layers.find((l) => l.rid === rid)?.bitrate ?? bitrate);
    const rows = this.layers.length
      ? this.layers.map((l) => ({
          ...l,
          text: `${l.width} × ${l.height}, ${fps(l.framesPerSecond)}, ${rateText(pure(l))}`,
        }))
      : layers.map((l) => ({
          ...l,
          text: `${l.codec}, ${fps(l.frames_per_second)}, ${rateText(l.bitrate)}`,
        }));
    if (!rows.length) return nothing;
    return html`<dt>
        ${rows.length > 1 ? "Sizes sent, so that each viewer gets what fits" : "Sent"}
      </dt>
      ${[...rows]
        .reverse()
        .map(
          (row, index) =>
            html`<dd data-testid="layer" data-rid=${row.rid}>
              <span>${rows.length > 1 ? (SIZES[index] ?? row.rid) : "Picture"}</span
              ><span class="num">${row.active ? row.text : "not at the moment"}</span>
            </dd>`,
        )}`;
  }

  /** @param {import("/web/lib/protocol.js").MediaStats} figures */
  #link({ publisher }) {
    if (!publisher) return nothing;
    const { loss } = publisher;
    return html`<dt>Way to the server</dt>
      <dd>
        <span>Lost</span
        ><span class="num">${(loss * 100).toFixed(loss && loss < 0.1 ? 1 : 0)} %</span>
      </dd>`;
  }

  static styles = [
    shared,
    page,
    css`
      details {
        border: 1px solid var(--line);
        border-radius: var(--r-m);
        background: var(--surface);
        font-size: var(--t-s);
      }
      details > summary {
        padding: var(--s-1) var(--s-3);
        border-radius: var(--r-m);
        font-weight: normal;
        line-height: 1.3;
      }
      details > summary.warn {
        font-weight: var(--w-medium);
        background: var(--warn-soft);
        color: var(--warn-ink);
      }
      summary i {
        flex: none;
        width: 0.7rem;
        height: 0.7rem;
        border-radius: 50%;
        background: var(--ok);
      }
      summary.warn i {
        background: var(--warn);
      }
      dl {
        display: grid;
        gap: var(--s-1);
        padding: 0 var(--s-3) var(--s-3);
      }
      dt {
        margin-top: var(--s-2);
        color: var(--ink-2);
      }
      dd {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0 var(--s-3);
        margin: 0;
      }
    `,
  ];
}
customElements.define("ls-reach", LsReach);
