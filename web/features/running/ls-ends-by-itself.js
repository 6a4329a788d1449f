// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { announce } from "/web/lib/a11y.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { isOnAir } from "/web/lib/show-state.js";
import { durationText, onTick, serverNow } from "/web/lib/time.js";
import { shared } from "/web/components/styles.js";
import { toast } from "/web/components/ls-toast.js";
import "/web/components/ls-countdown.js";

/** Whoever looks at something else is told when so much is left, each once. */
const WARN_MS = [60_000, 300_000];

/**
 * When the show ends by itself if nothing is done, and what to do. Viewers are not told: it is not
 * when the host means to end.
 *
 * @property {boolean} camera  the camera of this page is on
 * @property {boolean} sending  its picture is on its way
 */
export class LsEndsByItself extends RoomElement {
  static properties = { camera: { type: Boolean }, sending: { type: Boolean } };

  constructor() {
    super();
    this.camera = false;
    this.sending = false;
    /** The end that was told of, and how much was left then. @type {number | null} */
    this.told = null;
    this.warned = Infinity;
    /** @type {(() => void) | undefined} */
    this.stop = undefined;
  }

  connectedCallback() {
    super.connectedCallback();
    this.stop = onTick(() => this.#warn());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stop?.();
  }

  /** The end (ms), while there is one. */
  get #end() {
    return isOnAir(this.show) ? (this.show?.ends_at ?? null) : null;
  }

  willUpdate() {
    const end = this.#end;
    if (end === this.told) return;
    this.told = end;
    this.warned = Infinity;
    if (end === null) return;
    const left = end - serverNow();
    announce(`${this.#why} The show ends by itself in ${durationText(left)}.`);
  }

  #warn() {
    const end = this.#end;
    if (end === null) return;
    const left = end - serverNow();
    const mark = WARN_MS.find((ms) => left <= ms);
    if (mark === undefined || mark >= this.warned || left <= 0) return;
    this.warned = mark;
    toast(`The show ends by itself in ${durationText(left)}. ${this.#todo}`, {
      tone: "warn",
      seconds: 8,
    });
  }

  get #why() {
    const { status, reason } = this.show ?? {};
    if (status === "live") return "Viewers see no picture.";
    return reason === "paused" ? "Paused." : "The picture is gone.";
  }

  get #todo() {
    const { status, reason } = this.show ?? {};
    if (this.sending && status === "live") return "Your picture is on its way.";
    if (reason === "paused") return "Resume when you are ready.";
    const button = status === "live" ? "Broadcast" : "Broadcast again";
    return this.camera ? `Tap “${button}”.` : `Turn on the camera and tap “${button}”, or use OBS.`;
  }

  render() {
    const end = this.#end;
    if (end === null) return nothing;
    const paused = this.show?.reason === "paused";
    return html`<p class=${paused ? "calm" : ""} data-testid="ends-by-itself">
      ${icon("clock")}
      <span
        >${this.#why} The show ends by itself in
        <span class="end"><ls-countdown bare long .until=${end}></ls-countdown>.</span>
        ${this.#todo}</span
      >
    </p>`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: block;
      }
      p {
        display: flex;
        gap: var(--s-2);
        padding: var(--s-2) var(--s-3);
        border-radius: var(--r-m);
        background: var(--warn-soft);
        color: var(--warn-ink);
        font-size: var(--t-s);
      }
      /* The full stop does not stand alone. */
      .end {
        white-space: nowrap;
      }
      p.calm {
        background: none;
        color: var(--ink-2);
      }
    `,
  ];
}
customElements.define("ls-ends-by-itself", LsEndsByItself);
