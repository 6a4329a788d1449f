// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { ACCEPT, uploadPhoto } from "/web/lib/photos.js";
import { toastError } from "/web/components/ls-toast.js";
import { shared } from "/web/components/styles.js";
import "/web/components/ls-photo.js";

/** @typedef {import("/web/lib/protocol.js").Photo} Photo */

/**
 * One photo: shown, replaced, taken away.
 *
 * @property {Photo | null} photo
 * @property {boolean} busy  it is being sent
 * @property {boolean} missed  the last one did not arrive; also when the page is left meanwhile
 * @fires change  `photo` or `busy` is another one
 */
export class LsCoverPicker extends LitElement {
  static properties = { photo: { attribute: false }, busy: { type: Boolean, reflect: true } };

  constructor() {
    super();
    /** @type {Photo | null} */
    this.photo = null;
    this.busy = false;
    this.missed = false;
  }

  /** @param {Event} event */
  async #chosen(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const file = input.files?.[0];
    input.value = "";
    if (!file) return;
    this.#set(this.photo, true);
    try {
      this.#set(await uploadPhoto(file));
    } catch (error) {
      this.#set(this.photo, false, true);
      toastError(error);
    }
  }

  /** @param {Photo | null} photo @param {boolean} [busy] @param {boolean} [missed] */
  #set(photo, busy = false, missed = false) {
    this.missed = missed;
    this.photo = photo;
    this.busy = busy;
    this.dispatchEvent(new Event("change"));
  }

  render() {
    return html`<label class="frame">
        <input
          class="sr"
          type="file"
          accept=${ACCEPT}
          @change=${this.#chosen}
          ?disabled=${this.busy}
          data-testid="cover-file"
        />
        ${
          this.photo
            ? html`<ls-photo .photo=${this.photo} alt="Cover" full></ls-photo>`
            : html`<span class="none"
                >${icon("photo")}<b>Add a cover</b
                ><span class="small muted">A portrait photo looks best.</span></span
              >`
        }
        ${
          this.busy
            ? html`<span class="over" role="status">Sending…</span>`
            : this.photo
              ? html`<span class="over">Change</span>`
              : nothing
        }
      </label>
      ${
        this.photo && !this.busy
          ? html`<button
              type="button"
              class="btn quiet icon-only"
              aria-label="Remove the cover"
              @click=${() => this.#set(null)}
              data-testid="cover-remove"
            >
              ${icon("close")}
            </button>`
          : nothing
      }`;
  }

  static styles = [
    shared,
    css`
      :host {
        position: relative;
        width: 100%;
        max-width: 15rem;
      }
      .frame {
        position: relative;
        display: block;
        overflow: hidden;
        border-radius: var(--r-m);
        cursor: pointer;
        aspect-ratio: 4 / 5;
        background: var(--sunken);
        border: 1.5px dashed var(--line-2);
      }
      .frame:has(ls-photo) {
        border-style: solid;
        border-color: transparent;
      }
      .frame:has(:focus-visible) {
        outline: 3px solid var(--focus);
        outline-offset: 2px;
      }
      ls-photo {
        width: 100%;
        height: 100%;
        border-radius: 0;
      }
      .none {
        position: absolute;
        inset: 0;
        display: grid;
        place-content: center;
        justify-items: center;
        gap: var(--s-1);
        padding: var(--s-4);
        text-align: center;
      }
      .none .icon {
        font-size: 1.75rem;
        color: var(--accent-ink);
      }
      .over {
        position: absolute;
        inset: auto 0 0;
        padding: var(--s-2);
        background: rgb(22 12 8 / 0.72);
        color: #fff8f1;
        text-align: center;
        font-weight: var(--w-bold);
        font-size: var(--t-s);
      }
      button {
        position: absolute;
        top: var(--s-1);
        right: var(--s-1);
      }
      .btn.quiet.icon-only {
        background: rgb(22 12 8 / 0.72);
        color: #fff8f1;
      }
    `,
  ];
}
customElements.define("ls-cover-picker", LsCoverPicker);
