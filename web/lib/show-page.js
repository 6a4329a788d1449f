// @ts-check
/** What the show page and the studio have in common: the room, who looks, and news for the buyer. */
import { LitElement } from "/web/vendor/lit.js";
import { session } from "/web/lib/session.js";
import { ShowClient } from "/web/lib/show-client.js";

/** The show's id in `/shows/{id}/…`. */
export const showId = () => decodeURIComponent(location.pathname.split("/")[2] ?? "");

/** The least width at which the page has columns. */
const WIDE = matchMedia("(min-width: 1080px)");

export class ShowPageElement extends LitElement {
  static properties = {
    state: { state: true },
    mine: { state: true },
    status: { state: true },
    viewers: { state: true },
    wide: { state: true },
    guest: { state: true },
  };

  constructor() {
    super();
    this.room = new ShowClient(showId());
    /** @type {import("/web/lib/protocol.js").State | null} */
    this.state = null;
    /** @type {import("/web/lib/protocol.js").Mine | null} */
    this.mine = null;
    this.status = this.room.status;
    this.viewers = 0;
    this.wide = WIDE.matches;
    /** Nobody is signed in (false as long as that is not known). */
    this.guest = false;
    this.onWide = () => (this.wide = WIDE.matches);
    this.room.addEventListener("change", () => {
      const { state, mine, status, viewers } = this.room;
      Object.assign(this, { state, mine, status, viewers });
    });
    this.room.addEventListener("mine", (event) => this.news(/** @type {CustomEvent} */ (event).detail.after));
  }

  connectedCallback() {
    super.connectedCallback();
    WIDE.addEventListener("change", this.onWide);
    session
      .load()
      .then((user) => (this.guest = user === null))
      .catch(() => {})
      .finally(() => this.isConnected && this.room.open());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    WIDE.removeEventListener("change", this.onWide);
    this.room.close();
  }

  /**
   * Notices of the private state that were not shown on this device before, oldest first.
   *
   * @param {import("/web/lib/protocol.js").Mine} mine
   * @returns {import("/web/lib/protocol.js").Notice[]}
   */
  unseen(mine) {
    const name = `liveshow.notices.${this.room.show}.${mine.user.id}`;
    const seen = Number(localStorage.getItem(name)) || mine.now - 10 * 60_000;
    const news = mine.notices.filter((n) => n.at > seen).sort((a, b) => a.at - b.at);
    if (news.length) localStorage.setItem(name, String(news[news.length - 1].at));
    return news;
  }

  /** A new private state has come. @param {import("/web/lib/protocol.js").Mine} _mine */
  news(_mine) {}
}
