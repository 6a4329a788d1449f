// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { shared } from "/web/components/styles.js";
import { BARS } from "/web/features/polls/words.js";
import "/web/components/ls-dialog.js";
import "/web/features/polls/ls-poll-desk.js";

/** For moderators on the show page: a button, and the desk of polls in a sheet. */
export class LsPollTool extends RoomElement {
  static properties = { open: { state: true } };

  constructor() {
    super();
    this.open = false;
  }

  render() {
    return html`<button
        class="btn glass icon-only"
        aria-label="Polls"
        aria-haspopup="dialog"
        data-testid="poll-tool"
        @click=${() => (this.open = true)}
      >
        ${icon(BARS)}
      </button>
      <ls-dialog heading="Poll" .open=${this.open} @close=${() => (this.open = false)}>
        ${
          this.open
            ? html`<ls-poll-desk bare @asked=${() => (this.open = false)}></ls-poll-desk>`
            : nothing
        }
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
customElements.define("ls-poll-tool", LsPollTool);
