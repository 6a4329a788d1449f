// @ts-check
import { LitElement, css, html, nothing, repeat } from "/web/vendor/lit.js";
import { announce } from "/web/lib/a11y.js";
import { icon } from "/web/lib/icons.js";
import { ACCEPT, forgetPhotos, uploadPhoto } from "/web/lib/photos.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { shared } from "/web/components/styles.js";
import "/web/components/ls-photo.js";

/** @typedef {import("/web/lib/protocol.js").Photo} Photo */

export const MAX_PHOTOS = 8;
const SNAP_QUALITY = 0.92;

/**
 * The photos of a listing, in their order; the first is the cover. Straight from the camera or out
 * of the library.
 *
 * @property {MediaStream | null} camera  one that is on: a photo is taken from it, and it goes on
 * @property {Photo[]} photos
 * @property {number} sending  how many are on their way
 * @property {number} missed  how many did not arrive; also when the page is left meanwhile
 * @fires change  `photos` or `sending` is another one
 */
export class LsPhotosPicker extends LitElement {
  static properties = {
    camera: { attribute: false },
    photos: { attribute: false },
    sending: { state: true },
  };

  constructor() {
    super();
    /** @type {Photo[]} */
    this.photos = [];
    this.sending = 0;
    this.missed = 0;
    /** @type {MediaStream | null} */
    this.camera = null;
    /** What was taken away. @type {Photo[]} */
    this.removed = [];
  }

  /** What was taken away and is saved as such leaves the server. */
  async forget() {
    const removed = this.removed;
    this.removed = [];
    await forgetPhotos(removed);
  }

  /** @param {Photo} photo */
  #remove(photo) {
    this.removed.push(photo);
    this.#change(this.photos.filter((other) => other !== photo));
  }

  get #finder() {
    return /** @type {HTMLVideoElement | null} */ (this.renderRoot.querySelector("video"));
  }

  updated() {
    const finder = this.#finder;
    if (finder && finder.srcObject !== this.camera) finder.srcObject = this.camera;
  }

  /** A picture of what the camera of the page sees now; the camera goes on. */
  async #snap() {
    const finder = this.#finder;
    if (!finder?.videoWidth) return;
    const canvas = document.createElement("canvas");
    canvas.width = finder.videoWidth;
    canvas.height = finder.videoHeight;
    canvas.getContext("2d")?.drawImage(finder, 0, 0);
    const taken = await new Promise((done) => canvas.toBlob(done, "image/jpeg", SNAP_QUALITY));
    if (taken) await this.#take([taken]);
  }

  /** @param {Event} event */
  async #chosen(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const files = [...(input.files ?? [])];
    input.value = "";
    await this.#take(files);
  }

  /** @param {Blob[]} files */
  async #take(files) {
    const room = MAX_PHOTOS - this.photos.length - this.sending;
    if (files.length > room) toast(`A listing has at most ${MAX_PHOTOS} photos.`, { tone: "warn" });
    const taken = files.slice(0, Math.max(0, room));
    this.#change(this.photos, taken.length);
    // One after the other: they stay in order and a phone's uplink is narrow.
    for (const file of taken) {
      try {
        const photo = await uploadPhoto(file);
        this.missed = 0;
        this.#change([...this.photos, photo], -1);
      } catch (error) {
        this.missed += 1;
        this.#change(this.photos, -1);
        toastError(error);
      }
    }
  }

  /** @param {Photo[]} photos @param {number} [sending] */
  #change(photos, sending = 0) {
    this.photos = photos;
    this.sending += sending;
    this.dispatchEvent(new Event("change"));
  }

  /** @param {number} from @param {number} to */
  #move(from, to) {
    const photos = [...this.photos];
    photos.splice(to, 0, ...photos.splice(from, 1));
    this.#change(photos);
    announce(`Photo ${from + 1} is now number ${to + 1}.`);
  }

  render() {
    const { photos } = this;
    const full = photos.length + this.sending >= MAX_PHOTOS;
    return html`${
        this.camera && !full
          ? html`<div class="finder">
              <video autoplay playsinline .muted=${true} aria-label="What the camera sees"></video>
              <button type="button" class="btn glass" data-testid="photo-snap" @click=${this.#snap}>
                ${icon("camera")} Take a photo
              </button>
            </div>`
          : nothing
      }
      <ul>
        ${repeat(
          photos,
          (p) => p.id,
          (p, i) =>
            html`<li data-testid="photo">
              <ls-photo .photo=${p} alt="Photo ${i + 1}"></ls-photo>
              ${
                i === 0 && photos.length > 1
                  ? html`<span class="badge accent">Cover</span>`
                  : nothing
              }
              <span class="tools">
                ${
                  i
                    ? html`<button
                        type="button"
                        aria-label="Move photo ${i + 1} forward"
                        @click=${() => this.#move(i, i - 1)}
                        data-testid="photo-forward"
                      >
                        ${icon("back")}
                      </button>`
                    : html`<i></i>`
                }
                <button
                  type="button"
                  aria-label="Remove photo ${i + 1}"
                  @click=${() => this.#remove(p)}
                  data-testid="photo-remove"
                >
                  ${icon("trash")}
                </button>
              </span>
            </li>`,
        )}
        ${Array.from(
          { length: this.sending },
          () => html`<li class="busy" role="status">Sending…</li>`,
        )}
        ${
          !full
            ? html`<li class="add ${photos.length + this.sending ? "" : "first"}">
                <label>
                  <input
                    class="sr"
                    type="file"
                    accept=${ACCEPT}
                    multiple
                    @change=${this.#chosen}
                    data-testid="photo-file"
                  />
                  ${icon("photo")}<b>${photos.length ? "More" : "Add photos"}</b>${
                    photos.length
                      ? nothing
                      : html`<span class="small muted">Camera or library</span>`
                  }
                </label>
              </li>`
            : nothing
        }
      </ul>`;
  }

  static styles = [
    shared,
    css`
      .finder {
        position: relative;
        margin-bottom: var(--s-2);
        border-radius: var(--r-m);
        overflow: hidden;
        background: #1a100b;
      }
      .finder video {
        width: 100%;
        max-height: 40dvh;
        min-height: 9rem;
        object-fit: contain;
      }
      .finder .btn {
        position: absolute;
        inset: auto auto var(--s-2) 50%;
        transform: translateX(-50%);
        white-space: nowrap;
      }
      ul {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
        gap: var(--s-2);
      }
      li {
        position: relative;
        aspect-ratio: 4 / 5;
        border-radius: var(--r-m);
        overflow: hidden;
        background: var(--sunken);
      }
      li.first {
        grid-column: 1 / -1;
        aspect-ratio: auto;
      }
      ls-photo {
        width: 100%;
        height: 100%;
        border-radius: 0;
      }
      .badge {
        position: absolute;
        top: var(--s-2);
        left: var(--s-2);
      }
      .tools {
        position: absolute;
        inset: auto 0 0;
        display: flex;
        justify-content: space-between;
        background: linear-gradient(to top, rgb(22 12 8 / 0.8), rgb(22 12 8 / 0));
      }
      .tools button {
        display: grid;
        place-items: center;
        width: var(--tap);
        height: var(--tap);
        border: 0;
        background: none;
        color: #fff8f1;
        cursor: pointer;
      }
      .busy {
        display: grid;
        place-items: center;
        color: var(--ink-2);
        font-size: var(--t-s);
      }
      /* With large text it is taller than a photo. */
      .add {
        overflow: visible;
      }
      .add label {
        display: grid;
        place-content: center;
        justify-items: center;
        gap: var(--s-1);
        width: 100%;
        height: 100%;
        min-height: 7rem;
        border: 1.5px dashed var(--line-2);
        border-radius: inherit;
        cursor: pointer;
      }
      .add .icon {
        font-size: 1.5rem;
        color: var(--accent-ink);
      }
      .add label:has(:focus-visible) {
        outline: 3px solid var(--focus);
        outline-offset: -3px;
      }
      @media (min-width: 700px) {
        ul {
          grid-template-columns: repeat(4, 1fr);
        }
      }
    `,
  ];
}
customElements.define("ls-photos-picker", LsPhotosPicker);
