// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { get, post } from "/web/lib/api.js";
import { draft, draftOf, keepDraft, sendDrafts } from "/web/lib/drafts.js";
import { icon } from "/web/lib/icons.js";
import { limit } from "/web/lib/limit.js";
import { ownDraft, requireUser } from "/web/lib/session.js";
import { serverNow } from "/web/lib/time.js";
import { fromLocalInput, localInput, nextFullHour, whenAndHowLongText } from "/web/lib/when.js";
import { FormController, dataOf, text, unfoldInvalid } from "/web/components/forms.js";
import { page } from "/web/components/page-styles.js";
import { fields, shared } from "/web/components/styles.js";
import { CURRENCIES, likelyCurrency } from "/web/features/catalog/currencies.js";
import "/web/components/ls-field.js";
import "/web/features/navigation/ls-app-bar.js";
import "/web/features/running/ls-cover-picker.js";
import "/web/features/running/ls-show-rules.js";

/** How the names of its drafts begin, and where the rest of the choices is kept. */
const DRAFTS = "new.";
const CHOSEN = `${DRAFTS}chosen`;

/** A new show: a title is enough. */
class LsNewPage extends LitElement {
  static properties = {
    ready: { state: true },
    later: { state: true },
    at: { state: true },
    currency: { state: true },
    cover: { state: true },
    lost: { state: true },
  };

  constructor() {
    super();
    this.ready = false;
    this.later = false;
    /** @type {number | null} */
    this.at = nextFullHour(24 * 60);
    this.currency = likelyCurrency();
    /** @type {import("/web/lib/protocol.js").Photo | null} */
    this.cover = null;
    /** A cover was on its way when the page was left: it cannot be kept. */
    this.lost = false;
    this.form = new FormController(this);
    this.#prepare();
  }

  async #prepare() {
    const user = await requireUser();
    // What is in the closet can only be sold in its own currency.
    const { items } = await get("/api/listings", { seller: user.handle, limit: 1 }).catch(() => ({
      items: [],
    }));
    if (items.length) this.currency = items[0].currency;
    const kept = draftOf(ownDraft(CHOSEN) ?? "");
    if (kept) Object.assign(this, JSON.parse(kept));
    this.ready = true;
  }

  /** Keep what is chosen and not written. @param {boolean} [sending]  a cover is on its way */
  #keep(sending = false) {
    const { later, at, currency, cover } = this;
    const chosen = JSON.stringify({ later, at, currency, cover, lost: sending });
    keepDraft(ownDraft(CHOSEN) ?? CHOSEN, chosen);
  }

  /** @param {Event} event */
  #covered(event) {
    const { photo, busy, missed } =
      /** @type {import("/web/features/running/ls-cover-picker.js").LsCoverPicker} */ (
        event.target
      );
    this.cover = photo;
    this.lost = false;
    this.#keep(busy || missed);
  }

  get #rules() {
    return /** @type {import("/web/features/running/ls-show-rules.js").LsShowRules} */ (
      this.renderRoot.querySelector("ls-show-rules")
    );
  }

  /** @param {SubmitEvent} event */
  async #create(event) {
    event.preventDefault();
    const folded = /** @type {HTMLDetailsElement} */ (this.renderRoot.querySelector("details"));
    const was = folded.open;
    folded.open = true;
    if (!this.#rules.check()) return;
    folded.open = was;
    const data = dataOf(event);
    const { shipping_cap, ...rules } = this.#rules.read();
    const body = {
      title: text(data, "title"),
      currency: this.currency,
      ...rules,
      ...(text(data, "description") ? { description: text(data, "description") } : {}),
      ...(this.cover ? { cover: this.cover.id } : {}),
      ...(shipping_cap === null ? {} : { shipping_cap }),
      ...(this.later ? { scheduled_at: this.at } : {}),
    };
    await this.form.send(event, async () => {
      const show = await sendDrafts(ownDraft(DRAFTS), () => post("/api/shows", body));
      location.assign(`/shows/${show.id}/${this.later ? "settings#run" : "studio"}`);
      // The page is being left: the button stays as it is.
      await new Promise(() => {});
    });
  }

  /** @param {Event} event */
  #timed(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    this.at = fromLocalInput(input.value);
    input.setCustomValidity(
      this.at !== null && this.at < serverNow() ? "That time is over. Choose a later one." : "",
    );
  }

  render() {
    return html`<ls-app-bar current="/new"></ls-app-bar>
      <main>
        <h1 class="display">Host a show</h1>
        ${this.ready ? this.#fields() : html`<div class="wait"></div>`}
      </main>`;
  }

  #fields() {
    const { form } = this;
    return html`<form @submit=${this.#create} @invalid=${unfoldInvalid} data-testid="new-show-form">
      <div class="cover">
        <ls-cover-picker .photo=${this.cover} @change=${this.#covered}></ls-cover-picker>
        ${
          this.lost
            ? html`<p class="small" role="status" data-testid="lost">
                The cover had not arrived and could not be kept. Choose it again.
              </p>`
            : nothing
        }
      </div>
      <div class="stack" @change=${() => this.#keep()}>
        <ls-field
          label="Title"
          hint="What is on the rail? “Autumn coats, size 36–40” beats “My show”."
          error=${form.at("title")}
        >
          <input
            dir="auto"
            name="title"
            required
            ${limit(120)}
            autocomplete="off"
            ${draft(ownDraft(`${DRAFTS}title`))}
            data-testid="title"
          />
        </ls-field>
        ${this.#when()}
        <details>
          <summary data-testid="more">${icon("chevron")} Rules, description, currency</summary>
          <div class="stack">
            <ls-field label="Description" optional error=${form.at("description")}>
              <textarea
                dir="auto"
                name="description"
                ${limit(4000)}
                rows="3"
                ${draft(ownDraft(`${DRAFTS}description`))}
                data-testid="description"
              ></textarea>
            </ls-field>
            <ls-field
              label="Currency"
              hint="All pieces of the show have it. It cannot be changed later."
            >
              <select
                @change=${(/** @type {any} */ e) => (this.currency = e.target.value)}
                data-testid="currency"
              >
                ${[...new Set([this.currency, ...CURRENCIES])].map(
                  (c) => html`<option ?selected=${c === this.currency}>${c}</option>`,
                )}
              </select>
            </ls-field>
            <ls-show-rules
              .currency=${this.currency}
              .drafts=${ownDraft(DRAFTS)}
              .problem=${form.error}
            ></ls-show-rules>
          </div>
        </details>
        ${
          form.error
            ? html`<p class="note bad" role="alert" data-testid="problem">
                ${icon("alert")}<span
                  >${
                    form.rest([
                      "title",
                      "description",
                      "hold_seconds",
                      "claims_per_buyer",
                      "shipping_cap",
                    ]) || "Look at the marked fields."
                  }</span
                >
              </p>`
            : nothing
        }
        <div class="actions">
          <button class="btn primary" ?disabled=${form.busy} data-testid="create-show">
            ${
              form.busy
                ? "One moment…"
                : this.later
                  ? "Schedule the show"
                  : html`${icon("camera")} Go to the studio`
            }
          </button>
        </div>
        <p class="muted small">
          ${
            this.later
              ? "Next you put together the run of show. Nobody can claim before you are live."
              : "You are not on air yet: the studio shows you your picture first."
          }
        </p>
      </div>
    </form>`;
  }

  #when() {
    return html`<fieldset class="stack">
        <legend class="label">When</legend>
        <div class="choice">
          <label
            ><input
              type="radio"
              name="when"
              .checked=${!this.later}
              @change=${() => (this.later = false)}
              data-testid="when-now"
            /><span><b>As soon as I am ready</b></span></label
          >
          <label
            ><input
              type="radio"
              name="when"
              .checked=${this.later}
              @change=${() => (this.later = true)}
              data-testid="when-later"
            /><span><b>At a set time</b></span></label
          >
        </div>
      </fieldset>
      ${
        this.later
          ? html`<ls-field
              label="Starts"
              hint=${this.at ? `That is ${whenAndHowLongText(this.at)}.` : ""}
              error=${this.form.at("scheduled_at", "in_the_past")}
            >
              <input
                dir="auto"
                type="datetime-local"
                required
                min=${localInput(serverNow())}
                .value=${localInput(this.at)}
                @input=${this.#timed}
                data-testid="scheduled-at"
              />
            </ls-field>`
          : nothing
      }`;
  }

  static styles = [
    shared,
    fields,
    page,
    css`
      main {
        max-width: 56rem;
      }
      form {
        display: grid;
        gap: var(--s-5);
        justify-items: center;
      }
      form > .stack {
        width: 100%;
      }
      .cover {
        width: 100%;
        max-width: 11rem;
      }
      .label {
        font-weight: var(--w-bold);
        font-size: var(--t-s);
        margin-bottom: var(--s-1);
      }
      .choice {
        display: grid;
        gap: var(--s-2);
      }
      .choice label {
        display: flex;
        align-items: center;
        gap: var(--s-3);
        min-height: 3.25rem;
        padding: 0 var(--s-4);
        border: 1.5px solid var(--line-2);
        border-radius: var(--r-m);
        background: var(--surface);
        cursor: pointer;
      }
      .choice label:has(:checked) {
        border-color: var(--accent);
        background: var(--accent-soft);
      }
      .actions .btn {
        flex: 1 0 100%;
      }
      @media (min-width: 700px) {
        form {
          grid-template-columns: 15rem 1fr;
          gap: var(--s-6);
          align-items: start;
        }
        .cover {
          max-width: none;
        }
        .choice {
          grid-template-columns: 1fr 1fr;
        }
        .actions .btn {
          flex: none;
        }
      }
    `,
  ];
}
customElements.define("ls-new-page", LsNewPage);
