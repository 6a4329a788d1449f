// @ts-check
import { css, nothing } from "/web/vendor/lit.js";
import { RoomElement } from "/web/lib/room.js";
import "/web/components/new-version.js";

/**
 * A place of a page into which the features of a show put what they have for it.
 *
 * It has no box of its own unless the page gives it one: what stands in it is laid out by the
 * page.
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
  }

  render() {
    const { place, view } = this;
    if (!view || !place) return nothing;
    return view.room.features.slots(place, view).map((slot) => {
      view.room.features.load(slot);
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
