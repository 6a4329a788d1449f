// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { shared } from "/web/components/styles.js";
import "/web/components/ls-dialog.js";

/**
 * A button over the video that opens a sheet. Who extends it says what the button is, and what
 * is in the sheet while it is open.
 *
 * @typedef {{name: string, heading: string, icon: Parameters<typeof icon>[0], testid: string}} Tool
 *   `name` is the button's, `heading` the sheet's
 */
export class ToolElement extends RoomElement {
  static properties = { open: { state: true } };

  constructor() {
    super();
    this.open = false;
  }

  /** @returns {Tool} */
  get tool() {
    throw new TypeError("a tool says what it is");
  }

  /** What is in the sheet. @returns {unknown} */
  sheet() {
    return nothing;
  }

  render() {
    const { name, heading, icon: drawing, testid } = this.tool;
    return html`<button
        class="btn glass icon-only"
        aria-label=${name}
        aria-haspopup="dialog"
        data-testid=${testid}
        @click=${() => (this.open = true)}
      >
        ${icon(drawing)}
      </button>
      <ls-dialog heading=${heading} .open=${this.open} @close=${() => (this.open = false)}>
        ${this.open ? this.sheet() : nothing}
      </ls-dialog>`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: inline-block;
      }
    `,
  ];
}
