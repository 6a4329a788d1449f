// @ts-check
import { css, nothing } from "/web/vendor/lit.js";
import { RoomElement } from "/web/lib/room.js";

/**
 * A place of a page into which the features of a show put what they have for it.
 *
 * It has no box of its own: what stands in it is laid out by the page.
 *
 * @property {import("/web/lib/features.js").Place} place
 * @property {any} about  what it is about, such as `{item}`
 */
export class LsSlot extends RoomElement {
  static properties = { place: {}, about: { attribute: false } };

  constructor() {
    super();
    /** @type {import("/web/lib/features.js").Place | ""} */
    this.place = "";
    /** @type {any} */
    this.about = {};
    /** What was asked to load its components. @type {WeakSet<object>} */
    this.loaded = new WeakSet();
  }

  render() {
    const { place, view } = this;
    if (!view || !place) return nothing;
    return view.room.features.slots(place, view).map((slot) => {
      if (slot.load && !this.loaded.has(slot)) {
        this.loaded.add(slot);
        slot.load().catch(console.error);
      }
      return slot.render(this.about);
    });
  }

  static styles = css`
    :host {
      display: contents;
    }
  `;
}
customElements.define("ls-slot", LsSlot);
