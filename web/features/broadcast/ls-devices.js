// @ts-check
import { LitElement, html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { fields, shared } from "/web/components/styles.js";
import "/web/components/ls-field.js";

/** @typedef {import("/web/features/broadcast/capture.js").Capture} Capture */

/** @param {Event} event */
const picked = (event) => /** @type {HTMLSelectElement} */ (event.target).value;

/**
 * Which camera and microphone are used, or none.
 *
 * @property {Capture} capture
 * @property {boolean} publishing  what they give is being broadcast
 * @fires pick  others are wanted; detail is what `Capture.open` takes
 * @fires obs   the way for OBS is wanted
 * @fires off   the camera is to be turned off
 */
export class LsDevices extends LitElement {
  static properties = { capture: { attribute: false }, publishing: { type: Boolean } };

  constructor() {
    super();
    /** @type {Capture | null} */
    this.capture = null;
    this.publishing = false;
    this.onDevices = () => this.requestUpdate();
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  willUpdate(changed) {
    if (!changed.has("capture")) return;
    const before = /** @type {Capture | null | undefined} */ (changed.get("capture"));
    before?.removeEventListener("change", this.onDevices);
    this.capture?.addEventListener("change", this.onDevices);
  }

  /** @param {Parameters<Capture["open"]>[0]} detail */
  #pick(detail) {
    this.dispatchEvent(new CustomEvent("pick", { detail }));
  }

  render() {
    const { capture } = this;
    if (!capture) return nothing;
    return html`<div class="stack">
      <ls-field label="Camera"
        ><select
          data-testid="camera-choice"
          @change=${(/** @type {Event} */ e) => this.#pick({ camera: picked(e) })}
        >
          ${this.#choice(capture.cameras, capture.camera)}
        </select></ls-field
      >
      <ls-field label="Microphone"
        ><select
          data-testid="microphone-choice"
          @change=${(/** @type {Event} */ e) =>
            this.#pick({ camera: capture.camera, microphone: picked(e) })}
        >
          ${this.#choice(capture.microphones, capture.microphone)}
        </select></ls-field
      >
      <button class="btn" @click=${() => this.dispatchEvent(new Event("obs"))}>
        ${icon("link")} Broadcast with OBS instead
      </button>
      ${
        this.publishing
          ? nothing
          : html`<button class="btn quiet" @click=${() => this.dispatchEvent(new Event("off"))}>
              Turn the camera off
            </button>`
      }
    </div>`;
  }

  /**
   * @param {import("/web/features/broadcast/capture.js").Device[]} devices
   * @param {string} value
   */
  #choice(devices, value) {
    return devices.map(
      (d) => html`<option value=${d.id} ?selected=${d.id === value}>${d.label}</option>`,
    );
  }

  static styles = [shared, fields];
}
customElements.define("ls-devices", LsDevices);
