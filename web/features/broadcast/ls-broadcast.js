// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { RoomElement } from "/web/lib/room.js";
import { Capture, captureProblem, health } from "/web/features/broadcast/capture.js";
import { icon } from "/web/lib/icons.js";
import { WhipPublisher } from "/web/lib/whip.js";
import { fields, shared } from "/web/components/styles.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import "/web/components/ls-dialog.js";
import "/web/components/ls-field.js";
import "/web/features/broadcast/ls-mic-meter.js";
import "/web/features/broadcast/ls-reach.js";
import "/web/features/running/ls-show-top.js";
import "/web/features/broadcast/ls-stage.js";

const STATS_MS = 2_000;
/** The picture needs a moment to become as good as the network allows. */
const WARM_UP_MS = 10_000;

/**
 * The host's camera: preview, devices, going live, pausing, ending.
 *
 * @fires obs  the way for OBS is wanted
 */
export class LsBroadcast extends RoomElement {
  static properties = {
    media: { state: true },
    problem: { state: true },
    stats: { state: true },
    occupied: { state: true },
    ask: { state: true },
    busy: { state: true },
    on: { state: true },
    revision: { state: true },
  };

  constructor() {
    super();
    this.capture = new Capture();
    this.publisher = new WhipPublisher();
    /** State of the publisher, "" before and after. */
    this.media = "";
    this.problem = "";
    /** @type {import("/web/lib/whip.js").PublishStats | null} */
    this.stats = null;
    /** Somebody else is broadcasting. */
    this.occupied = false;
    /** Which question is open: "", end, devices. */
    this.ask = "";
    this.busy = "";
    /** Whether camera and microphone are open. */
    this.on = false;
    this.revision = 0;
    this.timer = 0;
    /** Until when bad figures mean nothing. */
    this.warm = 0;
    this.capture.addEventListener("change", () => {
      this.on = this.capture.stream !== null;
      this.revision++;
    });
    this.publisher.addEventListener("state", (event) => this.#published(/** @type {CustomEvent} */ (event).detail));
  }

  connectedCallback() {
    super.connectedCallback();
    this.timer = window.setInterval(async () => {
      if (this.media === "live") this.stats = await this.publisher.getStats();
    }, STATS_MS);
    this.onUnload = (/** @type {BeforeUnloadEvent} */ event) => {
      if (this.#publishing) event.preventDefault();
    };
    addEventListener("beforeunload", this.onUnload);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
    if (this.onUnload) removeEventListener("beforeunload", this.onUnload);
    this.publisher.stop();
    this.capture.close();
  }

  get #publishing() {
    return ["connecting", "live", "reconnecting"].includes(this.media);
  }

  get #onAir() {
    return this.show?.status === "live" || this.show?.status === "interrupted";
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  willUpdate(changed) {
    if (!changed.has("show")) return;
    const was = /** @type {import("/web/lib/protocol.js").Show | null | undefined} */ (changed.get("show"));
    // Whoever ended it: the camera goes off in all windows.
    if (this.show?.status === "ended" && was?.status !== "ended") this.#close();
    // Who was in the way has left.
    if (was?.streaming && !this.show?.streaming) this.occupied = false;
  }

  async #close() {
    this.occupied = false;
    await this.publisher.stop();
    this.capture.close();
    this.media = "";
  }

  updated() {
    const video = /** @type {HTMLVideoElement | null} */ (this.renderRoot.querySelector("video"));
    if (video && video.srcObject !== this.capture.stream) video.srcObject = this.capture.stream;
  }

  /** @param {Parameters<Capture["open"]>[0]} [want] */
  async #open(want) {
    this.problem = "";
    try {
      const stream = await this.capture.open(want);
      if (this.#publishing) for (const track of stream.getTracks()) await this.publisher.replaceTrack(track);
    } catch (error) {
      this.problem = captureProblem(error);
    }
  }

  async #flip() {
    try {
      const stream = await this.capture.flip();
      if (this.#publishing) for (const track of stream.getTracks()) await this.publisher.replaceTrack(track);
    } catch (error) {
      this.problem = captureProblem(error);
    }
  }

  /** @param {boolean} takeover */
  #publish(takeover) {
    const { stream } = this.capture;
    if (!stream || !this.show) return;
    this.problem = "";
    this.occupied = false;
    this.publisher.publish(stream, { url: `/whip/${this.show.id}`, takeover, preferH264: true });
  }

  /** @param {{state: string, code: string, message: string}} detail */
  async #published({ state, code, message }) {
    this.media = state === "ended" ? "" : state;
    if (state === "error") {
      this.busy = "";
      if (code === "already_publishing") this.occupied = true;
      else this.problem = message || "The server did not take the stream. Try again.";
    }
    if (state === "live") {
      this.warm = Date.now() + WARM_UP_MS;
      // The show starts when there is something to see.
      if (this.show?.status === "draft" || this.show?.status === "scheduled") await this.#command("start");
      this.busy = "";
    }
  }

  /** @param {string} type */
  async #command(type) {
    this.busy = type;
    try {
      await this.room?.command(type);
      return true;
    } catch (error) {
      toastError(error);
      return false;
    } finally {
      this.busy = "";
    }
  }

  /** @param {boolean} [takeover] */
  async #goLive(takeover = false) {
    // OBS is sending already: all that is missing is the start.
    if (!takeover && this.#elsewhere && !this.on && !this.#onAir) {
      await this.#command("start");
      return;
    }
    this.busy = "live";
    if (!this.capture.stream) await this.#open();
    if (this.capture.stream) this.#publish(takeover);
    else this.busy = "";
  }

  async #pause() {
    if (await this.#command("pause")) this.capture.setOn(false);
  }

  async #resume() {
    this.capture.setOn(true);
    if (!this.#publishing && !this.show?.streaming) {
      await this.#goLive();
      if (this.show?.reason !== "paused") return;
    }
    await this.#command("resume");
  }

  async #end() {
    this.ask = "";
    if (!(await this.#command("end"))) return;
    await this.#close();
    toast("The show is over. Well done!", { tone: "ok" });
  }

  /** Somebody broadcasts, and it is not this page. */
  get #elsewhere() {
    return Boolean(this.show?.streaming && this.show.status !== "ended" && !this.#publishing);
  }

  render() {
    const { show } = this;
    if (!show) return nothing;
    return html`<div class="frame">
        ${this.#elsewhere && this.#onAir && !this.on ? html`<ls-stage silent></ls-stage>` : this.#preview(show)}
        <ls-show-top></ls-show-top>
        ${this.#health()}
      </div>
      ${this.problem ? html`<p class="problem" role="alert" data-testid="broadcast-problem">${icon("alert")}<span>${this.problem}</span></p>` : nothing}
      ${show.status === "live" ? html`<ls-reach .layers=${this.#publishing ? (this.stats?.layers ?? []) : []}></ls-reach>` : nothing}
      ${this.#takeover()} ${this.#controls(show)} ${this.#dialogs(show)}`;
  }

  /** @param {import("/web/lib/protocol.js").Show} show */
  #preview(show) {
    const mirrored = this.capture.facing === "user";
    return html`<video data-testid="preview" class=${mirrored ? "mirrored" : ""} ?hidden=${!this.on} autoplay playsinline .muted=${true} aria-label="Your camera"></video>
      ${this.on
        ? html`<div class="tools">
            <ls-mic-meter .capture=${this.capture}></ls-mic-meter>
            <span class="grow"></span>
            ${this.capture.cameras.length > 1 ? html`<button class="btn glass icon-only" aria-label="Switch between front and back camera" data-testid="flip" @click=${this.#flip}>${icon("flip")}</button>` : nothing}
            <button class="btn glass icon-only" aria-label="Camera and microphone" data-testid="devices" @click=${() => (this.ask = "devices")}>${icon("settings")}</button>
          </div>`
        : html`<div class="off">
            <span class="mark">${icon("camera")}</span>
            ${show.status === "ended"
              ? html`<p class="display">The show is over</p>
                  <a class="btn" href="/orders">Orders to pack</a>`
              : html`<p class="display">Ready when you are</p>
                  <button class="btn" data-testid="camera-on" @click=${() => this.#open()}>Turn on the camera</button>
                  <button class="btn quiet light" data-testid="obs-open" @click=${() => this.dispatchEvent(new Event("obs"))}>Use OBS instead</button>`}
          </div>`}
      ${show.status === "interrupted" && show.reason === "paused" ? html`<p class="paused">${icon("pause")} Paused. Viewers see a break, timers stand still.</p>` : nothing}`;
  }

  #health() {
    if (!this.#publishing) return nothing;
    const { tone, text, detail } = health(this.media, this.stats, Date.now() < this.warm);
    return html`<p class="health ${tone}" role="status" data-testid="stream-health"><i></i><span class="grow">${text}</span><span class="num">${detail}</span></p>`;
  }

  #takeover() {
    if (!this.occupied && !this.#elsewhere) return nothing;
    return html`<div class="takeover" data-testid="takeover-offer">
      <p class="small"><b>${this.#onAir ? "On air from somewhere else:" : "A stream is coming in:"}</b> OBS, a co-host or another window of yours.</p>
      <button class="btn compact" data-testid="takeover" @click=${() => this.#goLive(true)}>Take over</button>
    </div>`;
  }

  /** @param {import("/web/lib/protocol.js").Show} show */
  #controls(show) {
    const end = html`<button class="btn danger" data-testid="end" ?disabled=${this.busy !== ""} @click=${() => (this.ask = "end")}>${icon("stop")} End</button>`;
    switch (show.status) {
      case "draft":
      case "scheduled":
        return html`<div class="controls"><button class="btn live block big" data-testid="go-live" ?disabled=${this.busy !== ""} @click=${() => this.#goLive()}>${this.busy ? "Going live…" : this.#elsewhere && !this.on ? "Go live with this stream" : "Go live"}</button></div>`;
      case "live":
        return html`<div class="controls">
          ${this.#publishing || this.#elsewhere ? nothing : html`<button class="btn live grow" data-testid="go-live" ?disabled=${this.busy !== ""} @click=${() => this.#goLive()}>Broadcast</button>`}
          <button class="btn grow" data-testid="pause" ?disabled=${this.busy !== ""} @click=${this.#pause}>${icon("pause")} Pause</button>${end}
        </div>`;
      case "interrupted":
        return html`<div class="controls">
          ${show.reason === "paused" || this.#publishing
            ? html`<button class="btn live grow" data-testid="resume" ?disabled=${this.busy !== ""} @click=${this.#resume}>${icon("play")} Resume</button>`
            : html`<button class="btn live grow" data-testid="go-live" ?disabled=${this.busy !== ""} @click=${() => this.#goLive()}>Broadcast again</button>`}
          ${end}
        </div>`;
      default:
        return nothing;
    }
  }

  /** @param {import("/web/lib/protocol.js").Show} show */
  #dialogs(show) {
    const { capture } = this;
    const choice = (/** @type {import("/web/features/broadcast/capture.js").Device[]} */ devices, /** @type {string} */ value) => devices.map((d) => html`<option value=${d.id} ?selected=${d.id === value}>${d.label}</option>`);
    const picked = (/** @type {Event} */ e) => /** @type {HTMLSelectElement} */ (e.target).value;
    return html`<ls-dialog heading="End the show?" .open=${this.ask === "end"} @close=${() => (this.ask = "")}>
        <p>“${show.title}” ends for everybody and cannot be started again. Holds stay valid until their time is over, and can still be paid.</p>
        <div slot="footer"><button class="btn grow" @click=${() => (this.ask = "")}>Keep going</button><button class="btn danger filled grow" data-testid="end-confirm" @click=${this.#end}>End the show</button></div>
      </ls-dialog>
      <ls-dialog heading="Camera and microphone" .open=${this.ask === "devices"} @close=${() => (this.ask = "")}>
        <div class="stack">
          <ls-field label="Camera"><select data-testid="camera-choice" @change=${(/** @type {Event} */ e) => this.#open({ camera: picked(e) })}>${choice(capture.cameras, capture.camera)}</select></ls-field>
          <ls-field label="Microphone"><select data-testid="microphone-choice" @change=${(/** @type {Event} */ e) => this.#open({ camera: capture.camera, microphone: picked(e) })}>${choice(capture.microphones, capture.microphone)}</select></ls-field>
          <button class="btn" @click=${() => ((this.ask = ""), this.dispatchEvent(new Event("obs")))}>${icon("link")} Broadcast with OBS instead</button>
          ${this.#publishing ? nothing : html`<button class="btn quiet" @click=${() => ((this.ask = ""), capture.close())}>Turn the camera off</button>`}
        </div>
      </ls-dialog>`;
  }

  static styles = [
    shared,
    fields,
    css`
      :host { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--s-3); align-content: start; }
      .frame { position: relative; overflow: hidden; border-radius: var(--r-m); background: radial-gradient(120% 90% at 50% 20%, #4a2c1f, #1a100b 70%); color: #fff; aspect-ratio: var(--frame, 4 / 3); }
      video, ls-stage { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: cover; }
      .mirrored { transform: scaleX(-1); }
      ls-show-top { position: absolute; inset: 0 0 auto; padding: var(--s-2) var(--s-3) var(--s-2) var(--s-2); background: linear-gradient(rgb(20 10 6 / 0.5), transparent); }
      .tools { position: absolute; inset: auto 0 0; display: flex; align-items: center; gap: var(--s-2); padding: var(--s-2) var(--s-3); background: linear-gradient(to top, rgb(20 10 6 / 0.6), transparent); }
      .frame:has(.health) .tools { bottom: 2.25rem; }
      .btn.glass { background: rgb(25 16 12 / 0.5); border-color: transparent; color: #fff; }
      .btn.light { color: #fff; }
      .btn.light:hover { background: rgb(255 255 255 / 0.14); }
      .off { position: absolute; inset: 3rem 0 0; display: grid; place-content: center; justify-items: center; gap: var(--s-2); text-align: center; }
      .off .display { font-size: var(--t-xl); }
      .mark { display: grid; place-items: center; width: 3.5rem; height: 3.5rem; border: 2px solid; border-radius: 50%; font-size: 1.5rem; }
      .paused { position: absolute; inset: 50% var(--s-4) auto; transform: translateY(-50%); padding: var(--s-3); border-radius: var(--r-m); background: var(--warn-soft); color: var(--warn-ink); text-align: center; font-weight: var(--w-bold); }
      .health { position: absolute; inset: auto 0 0; display: flex; align-items: center; gap: var(--s-2); min-height: 2.25rem; padding: 0.3rem var(--s-3); background: rgb(20 12 8 / 0.8); font-size: var(--t-s); line-height: 1.25; }
      .health .num { font-size: var(--t-xs); color: #e8d6c8; white-space: nowrap; }
      .health i { flex: none; width: 0.7rem; height: 0.7rem; border-radius: 50%; background: #67d6a6; }
      .health.warn i { background: #f0b04a; }
      .health.bad i { background: #ff7d84; }
      .problem { display: flex; gap: var(--s-2); padding: var(--s-3); border-radius: var(--r-m); background: var(--bad-soft); color: var(--bad-ink); font-size: var(--t-s); }
      .takeover { display: flex; align-items: center; gap: var(--s-3); padding: var(--s-3); border-radius: var(--r-m); background: var(--warn-soft); color: var(--warn-ink); }
      .takeover .btn { flex: none; }
      .controls { display: flex; gap: var(--s-2); }
      .big { min-height: 3.25rem; font-size: var(--t-l); }
    `,
  ];
}
customElements.define("ls-broadcast", LsBroadcast);
