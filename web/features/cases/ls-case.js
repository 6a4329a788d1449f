// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { post } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { limit } from "/web/lib/limit.js";
import { amountAdvice, money, parseMoney } from "/web/lib/money.js";
import { dateTimeText } from "/web/lib/time.js";
import { FormController, dataOf, text } from "/web/components/forms.js";
import { toast } from "/web/components/ls-toast.js";
import { page } from "/web/components/page-styles.js";
import { fields, shared } from "/web/components/styles.js";
import { ACTIONS, SHORT, actions, entryText, stands } from "/web/features/cases/cases.js";
import "/web/components/ls-dialog.js";
import "/web/components/ls-field.js";
import "/web/components/ls-photo.js";
import "/web/features/catalog/ls-photos-picker.js";

/** @typedef {import("/web/lib/protocol.js").Case} Case */

/**
 * A case: what was said, until when somebody has to answer, and what who looks can do.
 *
 * @property {Case} case
 * @property {string} currency  of its order
 * @fires changed  detail is the case as it is now
 */
export class LsCase extends LitElement {
  static properties = {
    case: { attribute: false },
    currency: {},
    sheet: { state: true },
  };

  constructor() {
    super();
    /** @type {Case | null} */
    this.case = null;
    this.currency = "";
    this.sheet = "";
    this.form = new FormController(this);
  }

  /** @param {string} sheet */
  #open(sheet) {
    this.form.clear();
    this.sheet = sheet;
  }

  /** @param {SubmitEvent} event @param {Case} c */
  async #send(event, c) {
    const data = dataOf(event);
    const picker = /** @type {any} */ (this.renderRoot.querySelector("ls-photos-picker"));
    const typed = text(data, "amount");
    const amount = typed ? parseMoney(typed, this.currency) : undefined;
    if (ACTIONS[this.sheet].amount && !amount) {
      event.preventDefault();
      toast(amountAdvice(this.currency));
      return;
    }
    const body = {
      action: this.sheet,
      text: text(data, "text"),
      photos: (picker?.photos ?? []).map((/** @type {{id: string}} */ { id }) => id),
      ...(amount ? { amount } : {}),
    };
    const went = await this.form.send(event, async () => {
      const changed = await post(`/api/cases/${c.id}`, body);
      this.dispatchEvent(new CustomEvent("changed", { detail: changed }));
    });
    if (!went) return;
    if (picker) picker.photos = [];
    this.sheet = "";
    toast("Done. The other side has been told.", { tone: "ok" });
  }

  render() {
    const { case: c, currency } = this;
    if (!c) return nothing;
    return html`<section class="panel" aria-label="Case" data-testid="case" data-status=${c.status}>
      <header>
        <h2>Not as described</h2>
        <span class="badge ${c.status === "closed" ? "" : "warn"}">${SHORT[c.status]}</span>
      </header>
      <p role="status" data-testid="case-stands">
        ${stands(c)} ${c.due_at ? html`<b>Until ${dateTimeText(c.due_at)}.</b>` : nothing}
        ${
          c.status === "ruled" && c.ruling
            ? html`<b>
                ${
                  c.ruling.decision === "return"
                    ? "The pieces are to be sent back."
                    : `${money(c.ruling.amount, currency)} of ${money(c.most, currency)} goes back.`
                }</b
              >`
            : nothing
        }
      </p>
      <ol>
        ${c.entries.map(
          (entry) =>
            html`<li>
              <p class="small muted">${dateTimeText(entry.at)}</p>
              <p><b>${entryText(entry, currency)}</b></p>
              ${entry.text ? html`<p dir="auto" class="said">${entry.text}</p>` : nothing}
              ${
                entry.photos?.length
                  ? html`<p class="photos">
                      ${entry.photos.map(
                        (photo) =>
                          html`<a href=${photo.url} target="_blank" rel="noopener"
                            ><ls-photo .photo=${photo} alt="Photo of the case"></ls-photo
                          ></a>`,
                      )}
                    </p>`
                  : nothing
              }
            </li>`,
        )}
      </ol>
      <p class="row">
        ${actions(c).map(
          (name, index) =>
            html`<button
              class="btn ${index === 0 && name !== "comment" ? "primary" : ""}"
              @click=${() => this.#open(name)}
              data-testid="case-${name}"
            >
              ${ACTIONS[name].button}
            </button>`,
        )}
        <a class="btn quiet" href="/api/cases/${c.id}/file" download data-testid="case-file"
          >${icon("box")} Case file</a
        >
      </p>
      ${this.#sheet(c)}
    </section>`;
  }

  /** @param {Case} c */
  #sheet(c) {
    const asked = ACTIONS[this.sheet];
    return html`<ls-dialog
      ?open=${Boolean(asked)}
      heading=${asked?.button ?? ""}
      @close=${() => (this.sheet = "")}
    >
      ${
        asked
          ? html`<form
              class="stack"
              @submit=${(/** @type {SubmitEvent} */ e) => this.#send(e, c)}
              data-testid="case-form"
            >
              <p>${asked.ask}</p>
              ${
                asked.amount
                  ? html`<ls-field
                      label="How much, in ${this.currency}"
                      hint="At most ${money(c.most, this.currency)}."
                      error=${this.form.at("amount")}
                      ><input
                        name="amount"
                        inputmode="decimal"
                        autocomplete="off"
                        required
                        data-testid="case-amount"
                    /></ls-field>`
                  : nothing
              }
              <ls-field
                label="In your words"
                ?optional=${!asked.words}
                error=${this.form.at("text")}
              >
                <textarea
                  dir="auto"
                  name="text"
                  ?required=${asked.words}
                  ${limit(1000)}
                  rows="4"
                  data-testid="case-text"
                ></textarea>
              </ls-field>
              <ls-photos-picker></ls-photos-picker>
              ${
                this.form.rest(["text", "amount"])
                  ? html`<p class="note bad" role="alert" data-testid="problem">
                      ${icon("alert")}<span>${this.form.rest(["text", "amount"])}</span>
                    </p>`
                  : nothing
              }
              <button
                class="btn block ${asked.danger ? "danger filled" : "primary"}"
                ?disabled=${this.form.busy}
                data-testid="case-send"
              >
                ${asked.button}
              </button>
            </form>`
          : nothing
      }
    </ls-dialog>`;
  }

  static styles = [
    shared,
    fields,
    page,
    css`
      header {
        display: flex;
        flex-wrap: wrap;
        gap: var(--s-2);
        align-items: center;
        justify-content: space-between;
      }
      ol {
        list-style: none;
        margin: var(--s-3) 0;
        padding: 0;
        display: grid;
        gap: var(--s-3);
      }
      li {
        border-inline-start: 3px solid var(--line);
        padding-inline-start: var(--s-3);
      }
      li p {
        margin: 0;
      }
      .said {
        white-space: pre-line;
        overflow-wrap: anywhere;
      }
      .photos,
      .row {
        display: flex;
        flex-wrap: wrap;
        gap: var(--s-2);
      }
      .photos ls-photo {
        display: block;
        width: 5rem;
        height: 5rem;
      }
    `,
  ];
}
customElements.define("ls-case", LsCase);
