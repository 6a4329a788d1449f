// @ts-check
/** What the show page and the studio have in common: who looks, and on how wide a screen. */
import { html, nothing } from "/web/vendor/lit.js";
import { RoomPage } from "/web/lib/room.js";
import { session, signInUrl } from "/web/lib/session.js";
import { whenText } from "/web/lib/when.js";
import { clearToasts } from "/web/components/ls-toast.js";
import "/web/components/ls-empty.js";
import "/web/features/navigation/ls-app-bar.js";
import { features } from "/web/features/index.js";

/** The least width at which the page has columns. */
const WIDE = matchMedia("(min-width: 1080px)");

/**
 * What is said to who is outside: the server's sentence or `text`, what becomes of it, where to go.
 *
 * @type {Record<string, {heading: string, text: string, back: string,
 *   links: () => [string, string][]}>}
 */
const OUTSIDE = {
  not_found: {
    heading: "No such show",
    text: "There is no such show. It may have been removed.",
    back: "",
    links: () => [["See all shows", "/"]],
  },
  banned: {
    heading: "You are out of this show",
    text: "You cannot take part in this show.",
    back: "This page then lets you in again by itself. What you hold stays in your cart.",
    links: () => [
      ["See all shows", "/"],
      ["Your cart", "/cart"],
    ],
  },
  too_many_connections: {
    heading: "Open in too many places",
    text: "Close another tab or device.",
    back: "This page then goes on by itself.",
    links: () => [["See all shows", "/"]],
  },
  signed_out: {
    heading: "You were signed out",
    text: "Sign in to come back to this show.",
    back: "",
    links: () => [
      ["Sign in", signInUrl()],
      ["See all shows", "/"],
    ],
  },
};

/** What somebody wrote may be the end of it. @param {string} text */
const sentence = (text) => (/[\p{P}]$/u.test(text) ? text : `${text}.`);

export class ShowPageElement extends RoomPage {
  /** @type {import("/web/vendor/lit.js").PropertyDeclarations} */
  static properties = { wide: { state: true } };

  constructor() {
    super(features);
    this.wide = WIDE.matches;
    this.wasOutside = false;
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

  roomChanged() {
    // What the show has said last does not stand over why somebody is not in it any more.
    const outside = this.outside() !== null;
    if (outside && !this.wasOutside) clearToasts();
    this.wasOutside = outside;
  }

  /** What there is instead of the show for who is not let in; null for everybody else. */
  outside() {
    const { room, status } = this;
    const known = status === "refused" || status === "closed" ? OUTSIDE[room.reason] : undefined;
    if (!known) return null;
    const { heading, text, back, links } = known;
    return html`<ls-app-bar></ls-app-bar>
      <main>
        <ls-empty whole icon="info" heading=${heading} data-testid="outside">
          ${sentence(room.why || text)}
          ${
            room.reason === "banned"
              ? room.until === null
                ? "It ends with the show, or when the team lifts it."
                : html`It ends ${whenText(room.until)}, or when the team lifts it.`
              : nothing
          }
          ${back}${links().map(
            ([text, href], index) =>
              html`<a slot="action" class="btn ${index ? "" : "primary"}" href=${href}>${text}</a>`,
          )}
        </ls-empty>
      </main>`;
  }

  /**
   * The tabs that features have for a place, such as `ls-tabs` wants them.
   *
   * @param {"viewer-tab" | "studio-tab"} place
   */
  tabs(place) {
    const { state, mine, room } = this;
    return room.features.slots(place, this.view).map(({ id, text, count }) => {
      const n = state && count?.(state, mine);
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
