// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { draft, keepDraft } from "/web/lib/drafts.js";
import { icon } from "/web/lib/icons.js";
import { limit } from "/web/lib/limit.js";
import { RoomElement } from "/web/lib/room.js";
import { FormController, dataOf, text } from "/web/components/forms.js";
import { toast } from "/web/components/ls-toast.js";
import { fields, shared } from "/web/components/styles.js";
import "/web/components/ls-field.js";

const MAX_NOTE = 280;

/** Pinning a note for everybody, changing it, and taking it away. */
export class LsNoteForm extends RoomElement {
  constructor() {
    super();
    this.form = new FormController(this);
  }

  /** @param {Event | null} event @param {string} note */
  async #pin(event, note) {
    const { room } = this;
    if (!room || !(await this.form.send(event, () => room.command("note", { text: note })))) return;
    const name = this.draftName("note");
    if (name) keepDraft(name, "");
    toast(note ? "Everybody sees your note." : "The note is gone.", { tone: "ok" });
  }

  render() {
    const { state, form } = this;
    if (!state) return nothing;
    const note = state.notes.note?.text ?? "";
    return html`<details>
      <summary data-testid="note-fold">
        ${icon("pin")}<span class="grow clip">${note ? note : "Pin a note for everybody"}</span
        ><span class="fold">${icon("down")}</span>
      </summary>
      <form @submit=${(/** @type {SubmitEvent} */ e) => this.#pin(e, text(dataOf(e), "note"))}>
        <ls-field
          label="Note for everybody"
          hint="Stands on the page of the show until you change it or take it away."
          error=${form.at("text") || form.rest(["text"])}
        >
          <textarea
            dir="auto"
            name="note"
            rows="3"
            ${limit(MAX_NOTE)}
            placeholder="Everything ships from Lisbon on Mondays"
            data-testid="note-input"
            .value=${note}
            ${draft(this.draftName("note"), note)}
          ></textarea>
        </ls-field>
        <div class="row">
          <button class="btn" ?disabled=${form.busy} data-testid="note-pin">
            ${note ? "Change it" : "Pin it"}
          </button>
          ${
            note
              ? html`<button
                  class="btn quiet"
                  type="button"
                  ?disabled=${form.busy}
                  data-testid="note-clear"
                  @click=${() => this.#pin(null, "")}
                >
                  Take it away
                </button>`
              : nothing
          }
        </div>
      </form>
    </details>`;
  }

  static styles = [
    shared,
    fields,
    css`
      details {
        border: 1px solid var(--line);
        border-radius: var(--r-m);
        background: var(--surface);
      }
      summary {
        display: flex;
        align-items: center;
        gap: var(--s-2);
        min-height: var(--tap);
        padding: 0 var(--s-3);
        font-size: var(--t-s);
        cursor: pointer;
        list-style: none;
      }
      summary::-webkit-details-marker {
        display: none;
      }
      .icon {
        flex: none;
        color: var(--ink-2);
      }
      .fold {
        display: flex;
      }
      details[open] .fold {
        transform: rotate(180deg);
      }
      form {
        display: grid;
        gap: var(--s-3);
        padding: var(--s-2) var(--s-3) var(--s-3);
      }
      textarea {
        min-height: 4.5rem;
      }
    `,
  ];
}
customElements.define("ls-note-form", LsNoteForm);
