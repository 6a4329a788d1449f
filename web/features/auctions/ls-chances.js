// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { money } from "/web/lib/money.js";
import { RoomElement } from "/web/lib/room.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { shared } from "/web/components/styles.js";
import "/web/components/ls-countdown.js";
import "/web/components/ls-sure.js";
import "/web/features/auctions/ls-auction.js";

/** @typedef {import("/web/lib/protocol.js").MyChance} MyChance */

/** What one may buy after all, because whoever won it has not paid. */
export class LsChances extends RoomElement {
  static properties = { busy: { state: true } };

  constructor() {
    super();
    this.busy = false;
  }

  willUpdate() {
    this.toggleAttribute("hidden", !this.mine?.chances.length);
  }

  /** @param {"take_chance" | "decline_chance"} type @param {MyChance} chance */
  async #answer(type, chance) {
    if (!this.room || this.busy) return;
    this.busy = true;
    try {
      await this.room.command(type, { chance: chance.chance });
      if (type === "take_chance")
        toast(`#${chance.number} ${chance.title} is held for you.`, {
          tone: "ok",
          seconds: 15,
          action: "Pay now",
          run: () => location.assign(`/cart?show=${this.show?.id}`),
        });
    } catch (error) {
      toastError(error);
    } finally {
      this.busy = false;
    }
  }

  render() {
    return (this.mine?.chances ?? []).map((chance) => this.#chance(chance));
  }

  /** @param {MyChance} chance */
  #chance(chance) {
    const { show, state } = this;
    if (!show || !state) return nothing;
    const price = money(chance.price, show.currency);
    const title = `#${chance.number} ${chance.title}`;
    return html`<section data-testid="chance" aria-label="Second chance: ${title}">
      <p>
        <b>${icon("hanger")} Second chance</b>
        <ls-countdown .until=${chance.until} .frozenAt=${this.frozenAt}></ls-countdown>
      </p>
      <p dir="auto">
        The winner did not pay for <b>${title}</b>. You can have it for <b class="num">${price}</b>.
      </p>
      <div class="act">
        <button
          class="btn primary"
          data-testid="chance-take"
          ?disabled=${this.busy}
          aria-label="Buy ${title} for ${price}"
          @click=${() => this.#answer("take_chance", chance)}
        >
          Buy it for ${price}
        </button>
        <ls-sure
          name="chance-decline"
          question="Let it go?"
          label="No, thanks: ${title}"
          @sure=${() => this.#answer("decline_chance", chance)}
          >No, thanks</ls-sure
        >
      </div>
    </section>`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: var(--s-2);
        flex: none;
      }
      :host([hidden]) {
        display: none;
      }
      section {
        display: grid;
        gap: var(--s-2);
        padding: var(--s-3);
        border: 1px solid var(--line);
        border-radius: var(--r-m);
        background: var(--surface);
        color: var(--ink);
        box-shadow: var(--shadow-1);
        overflow-wrap: anywhere;
      }
      p,
      .act {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-1) var(--s-2);
      }
      p[dir] {
        display: block;
      }
      .act > :first-child {
        flex: 1 1 min(12rem, 100%);
        min-width: 0;
      }
    `,
  ];
}
customElements.define("ls-chances", LsChances);
