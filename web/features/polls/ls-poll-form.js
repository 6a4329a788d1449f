// @ts-check
import { css, html, nothing, repeat } from "/web/vendor/lit.js";
import { draft, draftOf, dropDrafts, keepDraft } from "/web/lib/drafts.js";
import { icon } from "/web/lib/icons.js";
import { limit } from "/web/lib/limit.js";
import { RoomElement } from "/web/lib/room.js";
import { durationText } from "/web/lib/time.js";
import { FormController, dataOf, text } from "/web/components/forms.js";
import { fields, shared } from "/web/components/styles.js";
import "/web/components/ls-field.js";

const MIN = 2;
const MAX = 6;
const SECONDS = [30, 60, 120, 300, 600];
const USUAL = 60;
const USUAL_ROWS = "1,2";

/**
 * A question and its options.
 *
 * @fires asked  the poll is open
 */
export class LsPollForm extends RoomElement {
  static properties = { rows: { state: true } };

  constructor() {
    super();
    /** A number for each option's row, so that the others keep what was written. */
    this.rows = [1, 2];
    this.next = 3;
    this.form = new FormController(this);
    /** Where it is kept which rows there are. @type {string | null} */
    this.kept = null;
  }

  willUpdate() {
    const name = this.draftName("poll.rows");
    if (name && name !== this.kept) this.#show(draftOf(name));
    else if (name) keepDraft(name, this.rows.join(), USUAL_ROWS);
    this.kept = name;
  }

  /** Show the rows of a draft. @param {string} kept  numbers; "" for the usual ones */
  #show(kept) {
    this.rows = (kept || USUAL_ROWS).split(",").map(Number).slice(0, MAX);
    this.next = Math.max(...this.rows) + 1;
  }

  async #add() {
    const row = this.next++;
    this.rows = [...this.rows, row];
    await this.updateComplete;
    this.#input(row)?.focus();
  }

  /** @param {number} row */
  async #remove(row) {
    const index = this.rows.indexOf(row);
    this.rows = this.rows.filter((r) => r !== row);
    dropDrafts(this.draftName(`poll.${row}`));
    await this.updateComplete;
    this.#input(this.rows[Math.max(0, index - 1)])?.focus();
  }

  /** @param {number} row @returns {HTMLInputElement | null} */
  #input(row) {
    return this.renderRoot.querySelector(`[name="option-${row}"]`);
  }

  /** @param {SubmitEvent} event */
  async #ask(event) {
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const data = dataOf(event);
    const sent = await this.form.send(event, () =>
      /** @type {any} */ (this.room).command("poll", {
        question: text(data, "question"),
        options: this.rows.map((row) => text(data, `option-${row}`)),
        seconds: Number(text(data, "seconds")),
      }),
    );
    if (!sent) return;
    form.reset();
    dropDrafts(this.draftName("poll"));
    this.#show("");
    this.dispatchEvent(new Event("asked"));
  }

  render() {
    const { form, rows } = this;
    const rest = form.rest(["question", "options"], ["duplicate_option"]);
    return html`<form class="stack" @submit=${this.#ask} data-testid="poll-form">
      <ls-field label="Question" error=${form.at("question")}>
        <input
          dir="auto"
          name="question"
          required
          ${limit(140)}
          autocomplete="off"
          placeholder="What shall I try on next?"
          ${draft(this.draftName("poll"))}
          data-testid="poll-question"
        />
      </ls-field>
      <fieldset>
        <legend>Options</legend>
        ${repeat(
          rows,
          (row) => row,
          (row, index) => this.#option(row, index),
        )}
        ${
          form.at("options", "duplicate_option")
            ? html`<p class="wrong small" role="alert">
                ${form.at("options", "duplicate_option")}
              </p>`
            : nothing
        }
        ${
          rows.length < MAX
            ? html`<button
                type="button"
                class="btn quiet compact"
                data-testid="poll-option-add"
                @click=${this.#add}
              >
                ${icon("plus")} Another option
              </button>`
            : nothing
        }
      </fieldset>
      <ls-field label="Open for" error=${form.at("seconds")}>
        <select
          name="seconds"
          ${draft(this.draftName("poll.seconds"), String(USUAL))}
          data-testid="poll-seconds"
        >
          ${SECONDS.map(
            (s) =>
              html`<option value=${s} ?selected=${s === USUAL}>${durationText(s * 1000)}</option>`,
          )}
        </select>
      </ls-field>
      ${
        rest
          ? html`<p class="note" role="alert">${icon("alert")} <span>${rest}</span></p>`
          : nothing
      }
      <button class="btn primary block" ?disabled=${form.busy} data-testid="poll-send">
        Ask everybody
      </button>
    </form>`;
  }

  /** @param {number} row @param {number} index */
  #option(row, index) {
    const removable = this.rows.length > MIN;
    return html`<div class="option">
      <input
        dir="auto"
        name="option-${row}"
        required
        ${limit(60)}
        autocomplete="off"
        aria-label="Option ${index + 1}"
        placeholder="Option ${index + 1}"
        ${draft(this.draftName(`poll.${row}`))}
        data-testid="poll-option-text"
      />
      ${
        removable
          ? html`<button
              type="button"
              class="btn quiet icon-only"
              aria-label="Remove option ${index + 1}"
              data-testid="poll-option-remove"
              @click=${() => this.#remove(row)}
            >
              ${icon("close")}
            </button>`
          : nothing
      }
    </div>`;
  }

  static styles = [
    shared,
    fields,
    css`
      fieldset {
        display: grid;
        gap: var(--s-2);
        justify-items: start;
      }
      legend {
        padding: 0 0 var(--s-1);
        font-weight: var(--w-bold);
        font-size: var(--t-s);
      }
      .option {
        display: flex;
        gap: var(--s-1);
        width: 100%;
      }
      .option input {
        flex: 1;
        min-width: 0;
      }
      .wrong {
        color: var(--bad-ink);
        font-weight: var(--w-medium);
      }
      .note {
        padding: var(--s-2) var(--s-3);
        border-radius: var(--r-s);
        background: var(--bad-soft);
        color: var(--bad-ink);
        font-size: var(--t-s);
      }
    `,
  ];
}
customElements.define("ls-poll-form", LsPollForm);
