// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { shared } from "/web/components/styles.js";

/** The words of an option. @param {HTMLSelectElement} select @param {string} value */
const optionOf = (select, value) =>
  [...select.options].find((option) => option.value === value)?.label ?? "";

/**
 * A label, a hint and an error around one native control, which is slotted (so that forms, autofill
 * and
 * `.value` work as ever): `<ls-field label="Price" hint="…" error=${…}><input
 * name="price"></ls-field>`.
 * The control is named and described for assistive technology by this element.
 *
 * @property {string} label
 * @property {string} hint
 * @property {string} error  what is wrong and what to do; "" when all is well
 * @property {boolean} optional
 * @slot - an input, select or textarea
 */
export class LsField extends LitElement {
  static properties = {
    label: {},
    hint: {},
    error: {},
    optional: { type: Boolean },
    outdated: { state: true },
  };

  constructor() {
    super();
    this.label = "";
    this.hint = "";
    this.error = "";
    this.optional = false;
    /** What was begun here before somebody else changed it. */
    this.outdated = "";
    this.addEventListener("draft-outdated", (event) => {
      const { detail } = /** @type {CustomEvent<string>} */ (event);
      const { control } = this;
      const chosen = control instanceof HTMLSelectElement && optionOf(control, detail);
      this.outdated = chosen || detail;
    });
    this.addEventListener("input", () => (this.outdated = ""));
  }

  get control() {
    return /** @type {HTMLInputElement | HTMLSelectElement | null} */ (
      this.querySelector("input, select, textarea")
    );
  }

  updated() {
    const { control } = this;
    if (!control) return;
    control.setAttribute("aria-label", this.label);
    control.toggleAttribute("aria-invalid", Boolean(this.error));
    if (this.error) control.setAttribute("aria-invalid", "true");
    const description = this.error || this.hint;
    if (description) control.setAttribute("aria-description", description);
    else control.removeAttribute("aria-description");
  }

  render() {
    return html`<span class="label" aria-hidden="true" @click=${() => this.control?.focus()}>
        ${this.label}${this.optional ? html` <i>optional</i>` : nothing}
      </span>
      <slot @slotchange=${() => this.updated()}></slot>
      ${
        this.error
          ? html`<p class="error" role="alert">${this.error}</p>`
          : this.hint
            ? html`<p class="hint">${this.hint}</p>`
            : nothing
      }
      ${
        this.outdated
          ? html`<p class="outdated" role="status" data-testid="outdated">
              This was changed meanwhile. You had written: <bdi>${this.outdated}</bdi>
            </p>`
          : nothing
      }`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--s-1);
        align-content: start;
      }
      .label {
        font-weight: var(--w-bold);
        font-size: var(--t-s);
      }
      i {
        font-style: normal;
        font-weight: 400;
        color: var(--ink-2);
      }
      p {
        font-size: var(--t-s);
        color: var(--ink-2);
      }
      .error {
        color: var(--bad-ink);
        font-weight: var(--w-medium);
      }
      .outdated {
        overflow-wrap: anywhere;
        color: var(--warn-ink);
      }
      ::slotted(input),
      ::slotted(textarea),
      ::slotted(select) {
        box-sizing: border-box;
        width: 100%;
        min-height: var(--tap);
        padding: var(--s-2) var(--s-3);
        padding-inline-end: var(--room, var(--s-3));
        font: inherit;
        color: var(--ink);
        border: 1.5px solid var(--line-2);
        border-radius: var(--r-s);
        background: var(--surface);
      }
      ::slotted(textarea) {
        min-height: 6rem;
        resize: vertical;
        line-height: var(--lh);
      }
      ::slotted(:focus) {
        outline: 3px solid var(--focus);
        border-color: transparent;
      }
      ::slotted([aria-invalid="true"]) {
        border-color: var(--bad-ink);
      }
    `,
  ];
}
customElements.define("ls-field", LsField);
