// @ts-check
import { html, nothing } from "/web/vendor/lit.js";
import { get } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { shared } from "/web/components/styles.js";

/** Says to whoever has no card on file that this show wants one, and where to add it. */
export class LsCardWanted extends RoomElement {
  static properties = { lacks: { state: true } };

  constructor() {
    super();
    this.lacks = false;
    this.hidden = true;
  }

  async connectedCallback() {
    super.connectedCallback();
    try {
      const { available, card } = await get("/api/me/card");
      this.lacks = available && !card;
      this.hidden = !this.lacks;
    } catch {
      // A claim without a card says the same.
    }
  }

  render() {
    if (!this.lacks || !this.state) return nothing;
    return html`<p class="note accent" data-testid="card-wanted">
      ${icon("info")}<span
        >This show asks for a card on file before you claim or bid.
        <a href="/card?show=${this.state.show.id}">Add your card</a>: nothing is charged for
        that.</span
      >
    </p>`;
  }

  static styles = [shared];
}

customElements.define("ls-card-wanted", LsCardWanted);
