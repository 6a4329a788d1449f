// @ts-check
import { LitElement, html, nothing } from "/web/vendor/lit.js";
import { announce } from "/web/lib/a11y.js";
import { del, get, post } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { explain } from "/web/lib/words.js";
import { FormController } from "/web/components/forms.js";
import { page } from "/web/components/page-styles.js";
import { shared } from "/web/components/styles.js";
import { cardName } from "/web/features/checkout/words.js";
import "/web/features/checkout/ls-stripe-form.js";

/** @typedef {import("/web/lib/protocol.js").CardState} CardState */

/** Somebody's own card on file: saved, replaced, removed. */
export class LsCardOnFile extends LitElement {
  static properties = {
    state: { state: true },
    client: { state: true },
    problem: { state: true },
  };

  constructor() {
    super();
    /** @type {CardState | null} */
    this.state = null;
    /** @type {import("/web/lib/protocol.js").PaymentClient | null} */
    this.client = null;
    this.problem = "";
    this.form = new FormController(this);
  }

  async connectedCallback() {
    super.connectedCallback();
    try {
      this.state = await get("/api/me/card");
    } catch (error) {
      this.problem = explain(error);
    }
  }

  #begin() {
    this.form.send(null, async () => {
      this.client = (await post("/api/me/card")).client;
    });
  }

  /** The form was sent: the server asks Stripe what came of it. */
  #tried() {
    this.form.send(null, async () => {
      try {
        this.state = await post("/api/me/card/finish");
      } catch (error) {
        // What is wrong is said in the form.
        if (/** @type {any} */ (error).code === "card_not_saved") return;
        throw error;
      }
      this.client = null;
      announce("Your card is saved.");
    });
  }

  #remove() {
    this.form.send(null, async () => {
      await del("/api/me/card");
      this.state = await get("/api/me/card");
      announce("Your card is removed.");
    });
  }

  render() {
    const { state } = this;
    if (this.problem)
      return html`<p class="note bad" role="alert">
        ${icon("alert")}<span>${this.problem}</span>
      </p>`;
    if (!state) return html`<p class="muted" role="status">One moment…</p>`;
    return html`<section class="panel stack" data-testid="card-on-file">
      ${
        this.form.error
          ? html`<p class="note bad" role="alert">
              ${icon("alert")}<span>${this.form.rest()}</span>
            </p>`
          : nothing
      }
      ${
        state.card
          ? html`<p data-testid="saved-card">${cardName(state.card)}</p>`
          : html`<p class="muted">You have no card on file.</p>`
      }
      ${this.client ? this.#adding(this.client) : this.#buttons(state)}
    </section>`;
  }

  /** @param {import("/web/lib/protocol.js").PaymentClient} client */
  #adding(client) {
    return html`<ls-stripe-form
        setup
        label="Save this card"
        .client=${client.parameters}
        ?busy=${this.form.busy}
        @tried=${this.#tried}
      ></ls-stripe-form>
      <p class="small muted">
        Saving it allows this server to charge it for what you buy here, and for nothing else.
      </p>`;
  }

  /** @param {CardState} state */
  #buttons(state) {
    const { busy } = this.form;
    return html`${
      state.available
        ? html`<button
            class="btn primary block"
            ?disabled=${busy}
            @click=${this.#begin}
            data-testid="card-add"
          >
            ${state.card ? "Use another card" : "Add a card"}
          </button>`
        : state.card
          ? nothing
          : html`<p>This server keeps no cards. You pay at checkout.</p>`
    }${
      state.card
        ? html`<button
            class="btn quiet block"
            ?disabled=${busy}
            @click=${this.#remove}
            data-testid="card-remove"
          >
            Remove it
          </button>`
        : nothing
    }`;
  }

  static styles = [shared, page];
}

customElements.define("ls-card-on-file", LsCardOnFile);
