// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { shared } from "/web/components/styles.js";
import "/web/components/ls-dialog.js";
import "/web/features/whispers/ls-whispers.js";

/** For moderators on the show page: a button, and what the team says in a sheet. */
export class LsWhisperTool extends RoomElement {
  static properties = { open: { state: true } };

  constructor() {
    super();
    this.open = false;
  }

  render() {
    return html`<button
        class="btn glass icon-only"
        aria-label="Team only"
        aria-haspopup="dialog"
        data-testid="whisper-tool"
        @click=${() => (this.open = true)}
      >
        ${icon("people")}
      </button>
      <ls-dialog heading="Team only" .open=${this.open} @close=${() => (this.open = false)}>
        ${this.open ? html`<ls-whispers></ls-whispers>` : nothing}
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
customElements.define("ls-whisper-tool", LsWhisperTool);
