// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { shared } from "/web/components/styles.js";
import { NOTHING, pick, pickedIn } from "/web/features/chat/picking.js";
import "/web/components/ls-dialog.js";

/** What somebody can do about a message of their own. */
export class LsOwnLine extends RoomElement {
  static properties = { line: { state: true }, busy: { state: true } };

  constructor() {
    super();
    /** @type {import("/web/lib/protocol.js").ChatLine | null} */
    this.line = null;
    this.busy = false;
    this.follow("chat:picked", () => this.#take());
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  willUpdate(changed) {
    if (changed.has("room")) this.#take();
  }

  #take() {
    this.line = pickedIn(this.room).line;
  }

  #close() {
    if (this.room) pick(this.room, NOTHING);
  }

  async #delete() {
    if (!this.line || this.busy) return;
    this.busy = true;
    try {
      await this.room?.command("delete", { message: this.line.id });
      toast("Your message is gone.", { tone: "ok" });
    } catch (error) {
      toastError(error);
    } finally {
      this.busy = false;
      this.#close();
    }
  }

  render() {
    const { line } = this;
    return html`<ls-dialog heading="Your message" .open=${line !== null} @close=${this.#close}>
      ${
        line
          ? html`<p class="quote" dir="auto">${line.text}</p>
              <button
                class="btn danger block"
                data-testid="own-delete"
                ?disabled=${this.busy}
                @click=${this.#delete}
              >
                ${icon("trash")} Delete it for everybody
              </button>
              <p class="muted small">What you claimed with it stays yours.</p>`
          : nothing
      }
    </ls-dialog>`;
  }

  static styles = [
    shared,
    css`
      ls-dialog > * + * {
        margin-top: var(--s-4);
      }
      .quote {
        overflow-wrap: anywhere;
      }
    `,
  ];
}
customElements.define("ls-own-line", LsOwnLine);
