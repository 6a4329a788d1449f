// @ts-check
/** What the show page and the studio have in common: who looks, and on how wide a screen. */
import { RoomPage } from "/web/lib/room.js";
import { session } from "/web/lib/session.js";
import { features } from "/web/features/index.js";

/** The least width at which the page has columns. */
const WIDE = matchMedia("(min-width: 1080px)");

export class ShowPageElement extends RoomPage {
  /** @type {import("/web/vendor/lit.js").PropertyDeclarations} */
  static properties = { wide: { state: true } };

  constructor() {
    super(features);
    this.wide = WIDE.matches;
    this.onWide = () => (this.wide = WIDE.matches);
  }

  connectedCallback() {
    super.connectedCallback();
    WIDE.addEventListener("change", this.onWide);
    session
      .load()
      .then((user) => this.setGuest(user === null))
      .catch(() => {})
      .finally(() => this.isConnected && this.room.open());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    WIDE.removeEventListener("change", this.onWide);
  }

  /**
   * The tabs that features have for a place, such as `ls-tabs` wants them.
   *
   * @param {"viewer-tab" | "studio-tab"} place
   */
  tabs(place) {
    const { state, room } = this;
    return room.features.slots(place, this.view).map(({ id, text, count }) => {
      const n = state && count?.(state);
      return n === undefined || n === null ? { id, text } : { id, text, count: n };
    });
  }

  /**
   * What is in a tab.
   *
   * @param {"viewer-tab" | "studio-tab"} place
   * @param {string} id
   */
  panel(place, id) {
    const tab = features.slots(place, this.view).find((t) => t.id === id);
    if (tab) features.load(tab);
    return tab?.render({});
  }
}
