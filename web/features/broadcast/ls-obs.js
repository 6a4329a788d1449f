// @ts-check
import { css, html } from "/web/vendor/lit.js";
import { post } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { fields, shared } from "/web/components/styles.js";

/**
 * How to broadcast with OBS: address and key.
 */
export class LsObs extends RoomElement {
  static properties = { key: { state: true }, url: { state: true }, busy: { state: true } };

  constructor() {
    super();
    this.key = "";
    this.url = "";
    this.busy = false;
  }

  async #make() {
    this.busy = true;
    try {
      const { key, whip_url } = await post(`/api/shows/${this.room?.show}/stream-key`);
      this.key = key;
      this.url = whip_url;
    } catch (error) {
      toastError(error);
    } finally {
      this.busy = false;
    }
  }

  /** @param {string} text @param {string} what */
  async #copy(text, what) {
    try {
      await navigator.clipboard.writeText(text);
      toast(`${what} copied.`, { tone: "ok" });
    } catch {
      toast("Your browser does not allow copying. Select the text and copy it yourself.", {
        tone: "warn",
      });
    }
  }

  /** @param {string} label @param {string} value @param {string} id */
  #line(label, value, id) {
    return html`<div class="line">
      <label for=${id}>${label}</label>
      <div class="row">
        <input
          dir="auto"
          id=${id}
          readonly
          .value=${value}
          data-testid=${id}
          @focus=${(/** @type {FocusEvent} */ e) =>
            /** @type {HTMLInputElement} */ (e.target).select()}
        /><button
          class="btn icon-only"
          aria-label="Copy: ${label}"
          @click=${() => this.#copy(value, label)}
        >
          ${icon("copy")}
        </button>
      </div>
    </div>`;
  }

  render() {
    const url = this.url || `${location.origin}/whip/${this.room?.show}`;
    return html`<ol>
      <li>In OBS 30 or newer open <b>Settings, Stream</b> and choose the service <b>WHIP</b>.</li>
      <li>${this.#line("Server", url, "whip-url")}</li>
      <li>
        ${
          this.key
            ? html`${this.#line("Bearer token", this.key, "stream-key")}
                <p class="warn small">
                  Copy it now: it is shown this once. Who has it can broadcast in your name.
                </p>`
            : html`<p class="muted small">Making a new key ends the former one.</p>
                <button
                  class="btn primary"
                  data-testid="make-key"
                  ?disabled=${this.busy}
                  @click=${this.#make}
                >
                  Make a stream key
                </button>`
        }
      </li>
      <li>
        Set the keyframe interval to <b>2 s</b> and the profile to <b>baseline</b>, without
        B-frames. Then start streaming in OBS, and the show here.
      </li>
    </ol>`;
  }

  static styles = [
    shared,
    fields,
    css`
      ol {
        display: grid;
        gap: var(--s-4);
        counter-reset: step;
      }
      li {
        counter-increment: step;
        position: relative;
        padding-left: 2.5rem;
      }
      li::before {
        content: counter(step);
        position: absolute;
        left: 0;
        top: -0.1rem;
        display: grid;
        place-items: center;
        width: 1.75rem;
        height: 1.75rem;
        border-radius: 50%;
        background: var(--accent-soft);
        color: var(--accent-ink);
        font-weight: var(--w-bold);
        font-size: var(--t-s);
      }
      label {
        font-weight: var(--w-bold);
        font-size: var(--t-s);
      }
      input {
        font-family: var(--font-mono);
      }
      /* Below 16 px a phone zooms into what is focused. */
      @media (pointer: fine) {
        input {
          font-size: var(--t-s) !important;
        }
      }
      .warn {
        margin-top: var(--s-2);
        color: var(--warn-ink);
      }
      p + .btn {
        margin-top: var(--s-2);
      }
    `,
  ];
}
customElements.define("ls-obs", LsObs);
