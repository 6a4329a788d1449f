// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { RoomElement } from "/web/lib/room.js";
import { available, isOnAir } from "/web/lib/show-state.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { fields, shared } from "/web/components/styles.js";
import { hasVariants, left } from "/web/features/claims/offer.js";
import "/web/components/ls-field.js";
import "/web/features/claims/ls-variants.js";

/** @typedef {import("/web/lib/protocol.js").Item} Item */

/**
 * Holds a piece for one person who asked for it: a hold with the usual clock, that they can give
 * back.
 *
 * @property {import("/web/lib/protocol.js").User} user
 * @fires done  it is held
 */
export class LsHoldFor extends RoomElement {
  static properties = {
    user: { attribute: false },
    item: { state: true },
    variant: { state: true },
    quantity: { state: true },
    busy: { state: true },
  };

  constructor() {
    super();
    /** @type {import("/web/lib/protocol.js").User | null} */
    this.user = null;
    /** Id of the chosen item; without a choice, the one that is shown. */
    this.item = "";
    /** @type {string | undefined} */
    this.variant = undefined;
    this.quantity = 1;
    this.busy = false;
  }

  /** What can be held now. @returns {Item[]} */
  get #free() {
    const { state, user } = this;
    return (state?.items ?? []).filter((i) => available(i.variants) && i.owner.id !== user?.id);
  }

  async #hold() {
    const { room, user, variant, quantity } = this;
    const item = this.#chosen;
    if (!room || !user || !item || this.busy) return;
    this.busy = true;
    try {
      await room.command("hold", { user: user.id, item: item.id, variant, quantity });
      toast(`#${item.number} ${item.title} is held for @${user.handle}.`, { tone: "ok" });
      this.dispatchEvent(new Event("done"));
    } catch (error) {
      toastError(error);
    } finally {
      this.busy = false;
    }
  }

  get #chosen() {
    const free = this.#free;
    return free.find((i) => i.id === (this.item || this.state?.pinned)) ?? free[0] ?? null;
  }

  render() {
    const { user, state } = this;
    if (!user || !isOnAir(state?.show) || user.id === this.mine?.user.id) return nothing;
    const item = this.#chosen;
    if (!item) return html`<p class="muted small">Nothing is free to hold for @${user.handle}.</p>`;
    const several = hasVariants(item);
    const chosen = item.variants.find((v) => v.id === this.variant);
    const most = several ? (chosen ? left(chosen) : 1) : left(item.variants[0]);
    return html`<ls-field label="Hold a piece for @${user.handle}">
        <select
          data-testid="hold-item"
          @change=${(/** @type {Event} */ e) => {
            this.item = /** @type {HTMLSelectElement} */ (e.target).value;
            this.variant = undefined;
            this.quantity = 1;
          }}
        >
          ${this.#free.map(
            (i) =>
              html`<option value=${i.id} ?selected=${i.id === item.id}>
                #${i.number} ${i.title}
              </option>`,
          )}
        </select>
      </ls-field>
      ${
        several
          ? html`<ls-variants
              .item=${item}
              .value=${this.variant}
              @change=${(/** @type {Event} */ e) =>
                (this.variant = /** @type {any} */ (e.target).value)}
            ></ls-variants>`
          : nothing
      }
      ${
        most > 1
          ? html`<ls-field label="Pieces">
              <input
                type="number"
                inputmode="numeric"
                min="1"
                max=${Math.min(100, most)}
                data-testid="hold-quantity"
                .value=${String(this.quantity)}
                @input=${(/** @type {InputEvent} */ e) =>
                  (this.quantity = Math.max(
                    1,
                    Number(/** @type {HTMLInputElement} */ (e.target).value),
                  ))}
              />
            </ls-field>`
          : nothing
      }
      <button
        class="btn primary block"
        data-testid="hold-for"
        ?disabled=${this.busy || (several && !chosen)}
        @click=${this.#hold}
      >
        ${several && !chosen ? "Choose a size or colour" : `Hold it for @${user.handle}`}
      </button>
      <p class="muted small">They have the usual time to pay, and can give it back.</p>`;
  }

  static styles = [
    shared,
    fields,
    css`
      :host {
        display: grid;
        gap: var(--s-2);
        padding-bottom: var(--s-4);
        border-bottom: 1px solid var(--line);
      }
    `,
  ];
}
customElements.define("ls-hold-for", LsHoldFor);
