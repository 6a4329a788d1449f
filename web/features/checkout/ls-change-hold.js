// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { limit } from "/web/lib/limit.js";
import { RoomElement } from "/web/lib/room.js";
import { toast } from "/web/components/ls-toast.js";
import { FormController, dataOf, text } from "/web/components/forms.js";
import { fields, shared } from "/web/components/styles.js";
import { hasVariants, left } from "/web/features/claims/offer.js";
import "/web/components/ls-field.js";

/** @typedef {import("/web/lib/protocol.js").Sale} Sale */

/**
 * Puts right what somebody holds: another size, or another number of pieces.
 *
 * @property {Sale} sale
 * @fires done  it is changed
 */
export class LsChangeHold extends RoomElement {
  static properties = { sale: { attribute: false }, variant: { state: true } };

  constructor() {
    super();
    /** @type {Sale | null} */
    this.sale = null;
    /** The chosen one; "" as long as it is the one that is held. */
    this.variant = "";
    this.form = new FormController(this);
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    const { room, sale } = this;
    if (!room || !sale) return;
    const data = dataOf(event);
    const variant = text(data, "variant") || sale.variant_id;
    const quantity = Number(text(data, "quantity")) || sale.quantity;
    const went = await this.form.send(event, () =>
      room.command("change_claim", {
        claim: sale.id,
        variant,
        quantity,
        reason: text(data, "reason"),
      }),
    );
    if (!went) return;
    toast(`Changed. @${sale.user.handle} is told.`, { tone: "ok" });
    this.dispatchEvent(new Event("done"));
  }

  render() {
    const { sale, state } = this;
    if (!sale) return nothing;
    const item = state?.items.find((i) => i.id === sale.item.id);
    if (!item)
      return html`<p class="muted">
        It is not in the show any more. You can cancel the hold instead.
      </p>`;
    const chosen = this.variant || sale.variant_id;
    const variant = item.variants.find((v) => v.id === chosen);
    const own = chosen === sale.variant_id ? sale.quantity : 0;
    const most = Math.min(100, (variant ? left(variant) : 0) + own);
    const refused = this.form.rest(["variant", "quantity", "reason"]);
    return html`<form class="stack" @submit=${this.#send} data-testid="change-hold">
      <p>
        @${sale.user.handle} holds #${sale.item.number} ${sale.item.title}. The price and the time
        that is left stay as they are.
      </p>
      ${
        hasVariants(item)
          ? html`<ls-field label="Size or colour" error=${this.form.at("variant")}>
              <select
                name="variant"
                data-testid="change-variant"
                @change=${(/** @type {Event} */ e) =>
                  (this.variant = /** @type {HTMLSelectElement} */ (e.target).value)}
              >
                ${item.variants.map(
                  (v) =>
                    html`<option
                      value=${v.id}
                      ?selected=${v.id === chosen}
                      ?disabled=${v.id !== sale.variant_id && !left(v)}
                    >
                      ${v.label}${v.id === sale.variant_id ? ", held now" : left(v) ? "" : ", none free"}
                    </option>`,
                )}
              </select>
            </ls-field>`
          : nothing
      }
      <ls-field label="Pieces" error=${this.form.at("quantity")}>
        <input
          type="number"
          inputmode="numeric"
          name="quantity"
          min="1"
          max=${Math.max(1, most)}
          required
          .value=${String(Math.min(sale.quantity, Math.max(1, most)))}
          data-testid="change-quantity"
        />
      </ls-field>
      <ls-field label="What @${sale.user.handle} is told" optional error=${this.form.at("reason")}>
        <input dir="auto" name="reason" ${limit(300)} data-testid="change-reason" />
      </ls-field>
      ${refused ? html`<p role="alert" class="failed">${refused}</p>` : nothing}
      <button class="btn primary block" ?disabled=${this.form.busy} data-testid="change-send">
        Change it
      </button>
    </form>`;
  }

  static styles = [
    shared,
    fields,
    css`
      :host {
        display: grid;
      }
    `,
  ];
}
customElements.define("ls-change-hold", LsChangeHold);
