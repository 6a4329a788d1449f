// @ts-check
import { html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { isOnAir } from "/web/lib/show-state.js";
import { version } from "/web/lib/version.js";
import { KeepFocus } from "/web/components/keep-focus.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { shared } from "/web/components/styles.js";
import { styles } from "/web/features/broadcast/broadcast-styles.js";
import { firstPicture, health } from "/web/features/broadcast/capture.js";
import { emptyRail, ending } from "/web/features/broadcast/questions.js";
import { SendingController } from "/web/features/broadcast/sending.js";
import {
  broken,
  endsByItself,
  pausedNote,
  ready,
  stopped,
  unseen,
} from "/web/features/broadcast/warnings.js";
import "/web/components/ls-dialog.js";
import "/web/features/broadcast/ls-devices.js";
import "/web/features/broadcast/ls-mic-meter.js";
import "/web/features/broadcast/ls-reach.js";
import "/web/features/broadcast/ls-stage.js";
import "/web/features/running/ls-show-top.js";

/**
 * The host's camera: preview, devices, going live, pausing, ending.
 *
 * Nobody is on air unseen: a camera that was off is shown to its owner first, and goes on air with
 * the next tap.
 *
 * @fires obs  the way for OBS is wanted
 * @fires add  items are to be added
 */
export class LsBroadcast extends RoomElement {
  static properties = { ask: { state: true }, busy: { state: true } };

  constructor() {
    super();
    new KeepFocus(this);
    this.sending = new SendingController(this, (state) => this.#told(state));
    /** Which question is open: "", empty, end, devices. */
    this.ask = "";
    this.busy = "";
    /** How to go live after "Nothing is on the rail yet". */
    this.wanted = { takeover: false };
  }

  /** What the camera gives, while it is on. */
  get stream() {
    return this.sending.capture.stream;
  }

  get #onAir() {
    return isOnAir(this.show);
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  willUpdate(changed) {
    if (!changed.has("state")) return;
    const before = /** @type {import("/web/lib/protocol.js").State | null | undefined} */ (
      changed.get("state")
    );
    const was = before?.show;
    // Whoever ended it: the camera goes off in all windows.
    if (this.show?.status === "ended" && was?.status !== "ended") void this.sending.close();
    // Who was in the way has left.
    if (was?.streaming && !this.show?.streaming) this.sending.occupied = false;
  }

  updated() {
    version.busy = this.#onAir;
    const { stream } = this;
    const video = /** @type {HTMLVideoElement | null} */ (this.renderRoot.querySelector("video"));
    if (video && video.srcObject !== stream) video.srcObject = stream;
  }

  /** The publisher is in another state. @param {string} state */
  async #told(state) {
    if (state === "error") this.busy = "";
    if (state !== "live") return;
    // The show starts when there is something to see.
    const { status } = this.show ?? {};
    if (status === "draft" || status === "scheduled") await this.#command("start");
    this.busy = "";
  }

  async #command(/** @type {string} */ type) {
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

  /**
   * Put this camera on air, in place of whoever is when `takeover`; or show it first.
   *
   * @param {{takeover?: boolean, empty?: boolean}} [how]  `empty`: with nothing on the rail, too
   * @returns {Promise<boolean>} whether it is on its way
   */
  async #goLive({ takeover = false, empty = false } = {}) {
    const { sending } = this;
    // OBS is sending already: all that is missing is the start.
    const fromElsewhere = !takeover && this.#elsewhere && !sending.on && !this.#onAir;
    if (!fromElsewhere && !sending.on) {
      await this.#look();
      return false;
    }
    if (!this.#onAir && !empty && !this.state?.items.length) {
      this.wanted = { takeover };
      this.ask = "empty";
      return false;
    }
    this.ask = "";
    if (fromElsewhere) return this.#command("start");
    this.busy = "live";
    if (this.show) sending.publish(this.show.id, takeover);
    return true;
  }

  /** Turn the camera on for its owner alone, and wait until there is something to see. */
  async #look() {
    this.busy = "look";
    await this.sending.open();
    await this.updateComplete;
    if (this.sending.on) await firstPicture(this.renderRoot.querySelector("video"));
    this.busy = "";
  }

  async #pause() {
    if (await this.#command("pause")) this.sending.capture.setOn(false);
  }

  async #resume() {
    this.sending.capture.setOn(true);
    if (!this.sending.publishing && !this.show?.streaming) {
      if (!(await this.#goLive())) return;
      if (this.show?.reason !== "paused") return;
    }
    await this.#command("resume");
  }

  async #end() {
    this.ask = "";
    if (!(await this.#command("end"))) return;
    await this.sending.close();
    toast("The show is over. Well done!", { tone: "ok" });
  }

  /** Somebody broadcasts, and it is not this page. */
  get #elsewhere() {
    return Boolean(
      this.show?.streaming && this.show.status !== "ended" && !this.sending.publishing,
    );
  }

  render() {
    const { show } = this;
    if (!show) return nothing;
    return html`<div class="frame">
        ${
          this.#elsewhere && this.#onAir && !this.sending.on
            ? html`<ls-stage silent></ls-stage>`
            : this.#preview(show)
        }
        <ls-show-top></ls-show-top>
        ${this.#health()}
      </div>
      ${broken(this.sending.problem)}
      ${
        show.status === "live"
          ? html`<ls-reach
              .layers=${this.sending.publishing ? (this.sending.stats?.layers ?? []) : []}
            ></ls-reach>`
          : nothing
      }
      ${this.#takeover()} ${this.#warning()} ${this.#controls(show)}
      ${endsByItself(show, this.sending)} ${this.#dialogs(show)}`;
  }

  /** @param {import("/web/lib/protocol.js").Show} show */
  #preview(show) {
    const mirrored = this.sending.capture.facing === "user";
    const paused = show.status === "interrupted" && show.reason === "paused";
    return html`<video
        data-testid="preview"
        class=${mirrored ? "mirrored" : ""}
        ?hidden=${!this.sending.on}
        autoplay
        playsinline
        .muted=${true}
        aria-label="Your camera"
      ></video>
      ${
        this.sending.on
          ? html`<div class="tools">
              <ls-mic-meter .capture=${this.sending.capture}></ls-mic-meter>
              <span class="grow"></span>
              ${
                this.sending.capture.cameras.length > 1
                  ? html`<button
                      class="btn glass icon-only"
                      aria-label="Switch between front and back camera"
                      data-testid="flip"
                      @click=${() => this.sending.flip()}
                    >
                      ${icon("flip")}
                    </button>`
                  : nothing
              }
              <button
                class="btn glass icon-only"
                aria-label="Camera and microphone"
                data-testid="devices"
                @click=${() => (this.ask = "devices")}
              >
                ${icon("settings")}
              </button>
            </div>`
          : html`<div class="off">
              <span class="mark">${icon(paused ? "pause" : "camera")}</span>
              ${
                show.status === "ended"
                  ? html`<p class="display">The show is over</p>
                      <a class="btn" href="/orders">Orders to pack</a>`
                  : html`${ready(paused)}
                      <button
                        class="btn"
                        data-testid="camera-on"
                        @click=${() => this.sending.open()}
                      >
                        Turn on the camera
                      </button>
                      <button
                        class="btn quiet light"
                        data-testid="obs-open"
                        @click=${() => this.dispatchEvent(new Event("obs"))}
                      >
                        Use OBS instead
                      </button>`
              }
            </div>`
      }
      ${paused && this.sending.on ? pausedNote() : nothing}`;
  }

  #health() {
    const { sending } = this;
    if (!sending.publishing || sending.capture.stopped) return nothing;
    const { tone, text, detail } = health(sending.media, sending.stats, sending.warming);
    return html`<p class="health ${tone}" role="status" data-testid="stream-health">
      <i></i><span class="grow">${text}</span><span class="num">${detail}</span>
    </p>`;
  }

  /** What is wrong with what viewers get, or that they get nothing. */
  #warning() {
    const { sending } = this;
    const what = sending.capture.stopped;
    if (what) return stopped(what, () => void sending.open());
    const out = !sending.on || sending.publishing || this.show?.status === "ended";
    return out ? nothing : unseen();
  }

  #takeover() {
    if (!this.sending.occupied && !this.#elsewhere) return nothing;
    return html`<div class="takeover" data-testid="takeover-offer">
      <p class="small">
        <b>${this.#onAir ? "On air from somewhere else:" : "A stream is coming in:"}</b> OBS, a
        co-host or another window of yours.
      </p>
      <button
        class="btn compact"
        data-testid="takeover"
        @click=${() => this.#goLive({ takeover: true })}
      >
        Take over
      </button>
    </div>`;
  }

  /**
   * A button that is asleep while something is under way.
   *
   * @param {string} name  for tests
   * @param {string} look
   * @param {unknown} label
   * @param {() => void} run
   */
  #button(name, look, label, run) {
    return html`<button
      class="btn ${look}"
      data-testid=${name}
      ?disabled=${this.busy !== ""}
      @click=${run}
    >
      ${label}
    </button>`;
  }

  /** @param {string} look @param {unknown} label */
  #start(look, label) {
    return this.#button("go-live", look, label, () => void this.#goLive());
  }

  /** @param {import("/web/lib/protocol.js").Show} show */
  #controls(show) {
    const end = this.#button("end", "danger", html`${icon("stop")} End`, () => (this.ask = "end"));
    switch (show.status) {
      case "draft":
      case "scheduled": {
        const label = this.sending.on
          ? "Go live now"
          : this.#elsewhere
            ? "Go live with this stream"
            : "Go live";
        const busy = this.busy === "look" ? "One moment…" : "Going live…";
        return html`<div class="controls">
          ${this.#start("live block big", this.busy ? busy : label)}
        </div>`;
      }
      case "live":
        return html`<div class="controls">
          ${this.sending.publishing || this.#elsewhere ? nothing : this.#start("live grow", "Broadcast")}
          ${this.#button("pause", "grow", html`${icon("pause")} Pause`, () => void this.#pause())}
          ${end}
        </div>`;
      case "interrupted":
        return html`<div class="controls">
          ${
            show.reason === "paused" || this.sending.publishing
              ? this.#button(
                  "resume",
                  "live grow",
                  // Going on begins with a look at the picture.
                  !this.sending.on && !show.streaming
                    ? html`${icon("camera")} Turn on the camera`
                    : html`${icon("play")} Resume`,
                  () => void this.#resume(),
                )
              : this.#start("live grow", "Broadcast again")
          }
          ${end}
        </div>`;
      default:
        return nothing;
    }
  }

  /** Leave a question for another place. @param {"add" | "obs"} where */
  #to(where) {
    this.ask = "";
    this.dispatchEvent(new Event(where));
  }

  /** @param {import("/web/lib/protocol.js").Show} show */
  #dialogs(show) {
    const close = () => (this.ask = "");
    return html`${emptyRail({
        open: this.ask === "empty" && !this.state?.items.length,
        close,
        goLive: () => void this.#goLive({ ...this.wanted, empty: true }),
        fill: () => this.#to("add"),
      })}
      ${ending({
        open: this.ask === "end",
        title: show.title,
        close,
        end: () => void this.#end(),
      })}
      <ls-dialog
        heading="Camera and microphone"
        .open=${this.ask === "devices"}
        @close=${() => (this.ask = "")}
      >
        <ls-devices
          .capture=${this.sending.capture}
          ?publishing=${this.sending.publishing}
          @pick=${(/** @type {CustomEvent} */ e) => this.sending.open(e.detail)}
          @obs=${() => this.#to("obs")}
          @off=${() => {
            close();
            this.sending.capture.close();
          }}
        ></ls-devices>
      </ls-dialog>`;
  }

  static styles = [shared, styles];
}
customElements.define("ls-broadcast", LsBroadcast);
