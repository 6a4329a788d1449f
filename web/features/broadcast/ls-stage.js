// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { isOnAir } from "/web/lib/show-state.js";
import { dateTimeText } from "/web/lib/time.js";
import { WhepViewer } from "/web/lib/whep.js";
import { shared } from "/web/components/styles.js";
import "/web/components/ls-avatar.js";
import "/web/components/ls-countdown.js";
import "/web/components/ls-photo.js";

/**
 * The picture of a show: the stream when there is one, and otherwise what is going on.
 *
 * @property {boolean} lost  the connection to the room is gone for the moment
 * @property {boolean} silent  the sound is off
 * @slot ended  what to show below "The show is over"
 * @fires sound  `silent` changed
 */
export class LsStage extends RoomElement {
  static properties = {
    lost: { type: Boolean },
    silent: { type: Boolean, reflect: true },
    media: { state: true },
    picture: { state: true },
    blind: { state: true },
    blocked: { state: true },
  };

  constructor() {
    super();
    this.lost = false;
    this.silent = false;
    /** State of the viewer: "", connecting, waiting, live, stalled, reconnecting, ended, error. */
    this.media = "";
    /** Whether a picture has come since the viewer was attached. */
    this.picture = false;
    /** Why there is none, in words; "" while it may still come, or does. */
    this.blind = "";
    /** The browser wants a tap before it plays sound. */
    this.blocked = false;
    /** @type {WhepViewer | null} */
    this.viewer = null;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#detach();
  }

  get #video() {
    return /** @type {HTMLVideoElement} */ (this.renderRoot.querySelector("video"));
  }

  updated() {
    const on = isOnAir(this.show);
    if (on && !this.viewer) this.#attach();
    if (!on && this.viewer) this.#detach();
    // Nothing else is to stand where it says something over the picture.
    this.toggleAttribute("told", this.renderRoot.querySelector(".pill") !== null);
  }

  #attach() {
    const viewer = new WhepViewer();
    this.viewer = viewer;
    this.picture = false;
    this.blind = "";
    viewer.addEventListener("picture", (event) => {
      if (this.viewer === viewer) this.blind = blindness(/** @type {CustomEvent} */ (event).detail);
    });
    viewer.addEventListener("state", (event) => {
      const { state } = /** @type {CustomEvent} */ (event).detail;
      // "ended" is our own doing when the viewer is no longer ours.
      if (this.viewer === viewer) this.media = state;
    });
    viewer.addEventListener("blocked", () => this.#playSilently());
    viewer.attach(this.#video, { url: `/whep/${this.show?.id}` });
  }

  #detach() {
    const { viewer } = this;
    this.viewer = null;
    this.media = "";
    viewer?.detach();
  }

  /** Browsers let a page play sound only after a tap: play without, and offer the tap. */
  #playSilently() {
    this.blocked = true;
    this.silent = true;
    this.#video.muted = true;
    this.#video.play().catch(() => {});
    this.dispatchEvent(new Event("sound"));
  }

  toggleSound() {
    this.silent = !this.silent;
    this.blocked = false;
    this.#video.muted = this.silent;
    this.#video.play().catch(() => {});
    this.dispatchEvent(new Event("sound"));
  }

  render() {
    const { show } = this;
    const playing =
      this.media === "live" || this.media === "stalled" || this.media === "reconnecting";
    return html`${
        show?.cover && !(playing && show.status === "live")
          ? html`<ls-photo class="cover" full .photo=${show.cover}></ls-photo>`
          : nothing
      }
      <video
        data-testid="video"
        data-state=${this.media}
        class=${playing ? "on" : ""}
        playsinline
        autoplay
        @loadeddata=${() => (this.picture = true)}
        .muted=${this.silent}
        aria-label="Live video"
      ></video>
      ${this.#message()}
      ${
        this.blocked && playing
          ? html`<button class="sound" data-testid="tap-for-sound" @click=${this.toggleSound}>
              ${icon("silent")} Tap for sound
            </button>`
          : nothing
      }`;
  }

  #message() {
    const { show } = this;
    if (!show)
      return html`<div class="state">
        <span class="spin" role="status" aria-label="Loading"></span>
      </div>`;
    switch (show.status) {
      case "draft":
        return html`<div class="shade"></div>
          <div class="state whole" tabindex="0" data-testid="stage-draft">
            <p class="big display">Not open yet</p>
            <p>Only the show’s staff can see it so far.</p>
          </div>`;
      case "scheduled":
        return html`<div class="shade"></div>
          <div class="state whole" tabindex="0" data-testid="stage-scheduled">
            <ls-avatar .user=${show.host}></ls-avatar>
            <p class="big display" dir="auto">${show.title}</p>
            ${
              show.scheduled_at
                ? html`<p>with ${show.host.name}, ${dateTimeText(show.scheduled_at)}</p>
                    <p class="clock display">
                      <ls-countdown bare long .until=${show.scheduled_at}></ls-countdown>
                    </p>`
                : html`<p>with ${show.host.name}, soon</p>`
            }
          </div>`;
      case "interrupted": {
        const why =
          show.reason === "paused"
            ? `${show.host.name} takes a short break`
            : `${show.host.name} will be right back`;
        return html`<div class="shade"></div>
          <div class="state whole" tabindex="0" data-testid="stage-interrupted" role="status">
            <span class="pause">${icon("pause")}</span>
            <p class="big display">${why}</p>
            <p>Holds stand still: what is yours stays yours.</p>
          </div>`;
      }
      case "ended":
        return html`<div class="shade"></div>
          <div class="state whole" data-testid="stage-ended">
            <p class="big display">The show is over</p>
            <slot name="ended"></slot>
          </div>`;
    }
    if (this.media === "stalled")
      return html`<div class="state">
        <p class="pill" role="status">The picture stopped. It comes back by itself.</p>
      </div>`;
    if (this.media === "reconnecting")
      return html`<div class="state">
        <p class="pill" role="status">Getting the picture back…</p>
      </div>`;
    if (this.media === "waiting")
      return html`<div class="state">
        <p class="pill" role="status">Waiting for the picture…</p>
      </div>`;
    if (this.media === "error")
      return html`<div class="state">
        <p class="pill" role="alert">
          The video cannot be played here. Reload the page to try again; claims and chat work.
        </p>
      </div>`;
    if (this.media === "live" && this.blind)
      return html`<div class="state">
        <p class="pill" role="status" data-testid="blind">${this.blind}</p>
      </div>`;
    if (this.media !== "live" || !this.picture)
      return html`<div class="state">
        <span class="spin" role="status" aria-label="Joining the stream"></span>
      </div>`;
    return nothing;
  }

  static styles = [
    shared,
    css`
      :host {
        position: relative;
        overflow: hidden;
        background: radial-gradient(120% 90% at 50% 20%, #4a2c1f, #1a100b 70%);
        color: #fff;
      }
      video,
      .cover {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        border-radius: 0;
        aspect-ratio: auto;
      }
      video {
        object-fit: var(--fit, cover);
        opacity: 0;
        transition: opacity var(--calm);
      }
      video.on {
        opacity: 1;
      }
      .cover {
        background: none;
      }
      /* --high, --low: what is covered from above by the header, from below by chat and cards */
      .state {
        position: absolute;
        inset: var(--high, 5rem) 0 var(--low, 0px);
        display: grid;
        grid-template-columns: minmax(0, auto);
        place-content: safe center;
        justify-items: center;
        gap: var(--s-3);
        padding: 0 var(--s-5) var(--s-5);
        text-align: center;
        pointer-events: none;
      }
      .state:has(.pill) {
        place-content: start center;
      }
      .whole {
        overflow-y: auto;
        pointer-events: auto;
        --size: 4rem;
      }
      .shade {
        position: absolute;
        inset: 0;
        background: rgb(26 14 8 / 0.72);
        backdrop-filter: blur(14px) saturate(1.2);
      }
      .big {
        font-size: var(--t-2xl);
        max-width: 16em;
        text-wrap: balance;
      }
      .clock {
        font-size: min(3rem, 14vw);
        line-height: 1;
        color: #ffcdb4;
      }
      .clock ls-countdown {
        white-space: normal;
      }
      .pause {
        display: grid;
        place-items: center;
        width: 4rem;
        height: 4rem;
        border: 2px solid;
        border-radius: 50%;
        font-size: 1.75rem;
      }
      .pill {
        max-width: 100%;
        padding: var(--s-2) var(--s-4);
        border-radius: var(--r-full);
        background: rgb(25 16 12 / 0.72);
        font-size: var(--t-s);
      }
      .spin {
        width: 2.5rem;
        height: 2.5rem;
        border-radius: 50%;
        border: 3px solid rgb(255 255 255 / 0.3);
        border-top-color: #fff;
        animation: spin 0.9s linear infinite;
      }
      .sound {
        position: absolute;
        left: 50%;
        top: 36%;
        transform: translate(-50%, -50%);
        display: inline-flex;
        align-items: center;
        gap: var(--s-2);
        min-height: 3.25rem;
        padding: 0 var(--s-5);
        border: 0;
        border-radius: var(--r-full);
        background: rgb(25 16 12 / 0.78);
        color: #fff;
        font-weight: var(--w-bold);
        cursor: pointer;
        white-space: nowrap;
      }
      @keyframes spin {
        to {
          transform: rotate(1turn);
        }
      }
      @media (prefers-reduced-motion: reduce) {
        .spin {
          animation: none;
        }
      }
    `,
  ];
}
customElements.define("ls-stage", LsStage);

/**
 * Why somebody sees nothing, and what helps.
 *
 * @param {{ picture: import("/web/lib/whep.js").Picture, missing: string[] }} what
 */
function blindness({ picture, missing }) {
  if (picture === "undecodable")
    return "This browser cannot show the picture. Another one may; claims and chat work here.";
  if (picture !== "sound") return "";
  if (!missing.length) return "Only the sound is on. The picture comes by itself.";
  const names = missing.map((name) => name.replace("H264", "H.264")).join(" and ");
  return (
    "Only the sound is on. If others see a picture, " +
    `this browser does not play its format (${names}): open the show in another one.`
  );
}
