// @ts-check
import { LitElement, css, html } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { shared } from "/web/components/styles.js";

/**
 * A photo that fills its box; without one (or when it cannot be loaded) a hanger on a cloth ground.
 * The box is the host element: give it a width and `--ratio` (default 4 / 5).
 *
 * @property {import("/web/lib/protocol.js").Photo | null} photo
 * @property {string} alt
 * @property {boolean} full  the large file instead of the thumbnail
 */
export class LsPhoto extends LitElement {
  static properties = {
    photo: { attribute: false },
    alt: {},
    full: { type: Boolean },
    failed: { state: true },
  };

  constructor() {
    super();
    /** @type {import("/web/lib/protocol.js").Photo | null | undefined} */
    this.photo = null;
    this.alt = "";
    this.full = false;
    this.failed = false;
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  willUpdate(changed) {
    if (changed.has("photo")) this.failed = false;
  }

  render() {
    const { photo } = this;
    if (!photo || this.failed)
      return html`<div class="none" role="img" aria-label=${this.alt || "No photo"}>
        ${icon("hanger")}
      </div>`;
    return html`<img
      src=${this.full ? photo.url : photo.thumb_url}
      alt=${this.alt}
      loading="lazy"
      decoding="async"
      @error=${() => (this.failed = true)}
    />`;
  }

  static styles = [
    shared,
    css`
      :host {
        position: relative;
        overflow: hidden;
        aspect-ratio: var(--ratio, 4 / 5);
        border-radius: var(--r-s);
        background: var(--sunken);
      }
      img,
      .none {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
      }
      img {
        object-fit: cover;
      }
      .none {
        display: grid;
        place-items: center;
        color: var(--line-2);
        font-size: clamp(1.25rem, 3rem, 3rem);
        background: repeating-linear-gradient(
          45deg,
          transparent 0 7px,
          rgb(163 138 121 / 0.12) 7px 8px
        );
      }
    `,
  ];
}
customElements.define("ls-photo", LsPhoto);
