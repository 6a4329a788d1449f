// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { limit, tooLong } from "/web/lib/limit.js";
import { fields, shared } from "/web/components/styles.js";

/** @typedef {import("/web/lib/protocol.js").Variant} Variant */
/**
 * @typedef {{
 *   id?: string, size: string, color: string, quantity: number, held?: number, sold?: number
 * }}
 *   Row
 */

const MAX_VARIANTS = 50;
/** Code points of a size or a colour. */
const LONGEST = 30;

/**
 * Sizes and colours of a listing, each with its own stock.
 *
 * @property {Row[]} rows  empty: the listing has no variants
 * @fires change
 */
export class LsVariantsEditor extends LitElement {
  static properties = { rows: { attribute: false } };

  constructor() {
    super();
    /** @type {Row[]} */
    this.rows = [];
  }

  /** @param {Row[]} rows */
  #set(rows) {
    this.rows = rows;
    this.dispatchEvent(new Event("change"));
  }

  async #add() {
    this.#set([...this.rows, { size: "", color: this.rows.at(-1)?.color ?? "", quantity: 1 }]);
    await this.updateComplete;
    /** @type {HTMLElement | undefined} */ (
      [...this.renderRoot.querySelectorAll("input.size")].at(-1)
    )?.focus();
  }

  /** @param {number} at @param {Partial<Row>} change */
  #change(at, change) {
    this.#set(this.rows.map((row, i) => (i === at ? { ...row, ...change } : row)));
  }

  /** Whether every row says what it is; marks the first that does not. */
  check() {
    const inputs = /** @type {NodeListOf<HTMLInputElement>} */ (
      this.renderRoot.querySelectorAll("input")
    );
    this.rows.forEach((row, i) =>
      inputs[i * 3].setCustomValidity(
        row.size || row.color ? tooLong(row.size, LONGEST) : "Write a size or a colour.",
      ),
    );
    return [...inputs].every((input) => input.reportValidity());
  }

  render() {
    const { rows } = this;
    return html`${
        rows.length
          ? html`<div class="names" aria-hidden="true">
              <span>Size</span><span>Colour</span><span>Pieces</span>
            </div>`
          : nothing
      }
      <ul>
        ${rows.map(
          (row, i) =>
            html`<li data-testid="variant-row">
              <input
                dir="auto"
                class="size"
                aria-label="Size of variant ${i + 1}"
                ${limit(LONGEST)}
                .value=${row.size}
                @input=${(/** @type {any} */ e) => this.#change(i, { size: e.target.value.trim() })}
                data-testid="variant-size"
              />
              <input
                dir="auto"
                aria-label="Colour of variant ${i + 1}"
                ${limit(LONGEST)}
                .value=${row.color}
                @input=${(/** @type {any} */ e) =>
                  this.#change(i, { color: e.target.value.trim() })}
                data-testid="variant-color"
              />
              <input
                aria-label="Pieces of variant ${i + 1}"
                type="number"
                inputmode="numeric"
                required
                min=${(row.held ?? 0) + (row.sold ?? 0)}
                max="100000"
                .value=${String(row.quantity)}
                @input=${(/** @type {any} */ e) =>
                  this.#change(i, { quantity: Number(e.target.value) })}
                data-testid="variant-quantity"
              />
              <button
                type="button"
                class="btn quiet icon-only"
                aria-label="Remove variant ${i + 1}"
                ?disabled=${Boolean(row.held || row.sold)}
                @click=${() => this.#set(rows.filter((_, j) => j !== i))}
                data-testid="variant-remove"
              >
                ${icon("close")}
              </button>
              ${
                row.held || row.sold
                  ? html`<span class="taken small muted"
                      >${[row.held ? `${row.held} held` : "", row.sold ? `${row.sold} sold` : ""]
                        .filter(Boolean)
                        .join(", ")}</span
                    >`
                  : nothing
              }
            </li>`,
        )}
      </ul>
      ${
        rows.length < MAX_VARIANTS
          ? html`<button
              type="button"
              class="btn compact"
              @click=${this.#add}
              data-testid="variant-add"
            >
              ${icon("plus")}
              ${rows.length ? "Another size or colour" : "It comes in sizes or colours"}
            </button>`
          : nothing
      }`;
  }

  static styles = [
    shared,
    fields,
    css`
      :host {
        display: grid;
        gap: var(--s-2);
        justify-items: start;
      }
      ul {
        display: grid;
        gap: var(--s-2);
        width: 100%;
      }
      .names,
      li {
        display: grid;
        grid-template-columns: 1fr 1.4fr 4.75rem var(--tap);
        gap: var(--s-2);
        align-items: center;
        width: 100%;
      }
      .names {
        font-size: var(--t-s);
        font-weight: var(--w-bold);
      }
      .taken {
        grid-column: 1 / -1;
      }
    `,
  ];
}
customElements.define("ls-variants-editor", LsVariantsEditor);
