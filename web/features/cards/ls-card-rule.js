// @ts-check
import { html, nothing } from "/web/vendor/lit.js";
import { get } from "/web/lib/api.js";
import { RoomElement } from "/web/lib/room.js";
import { FormController } from "/web/components/forms.js";
import { toast } from "/web/components/ls-toast.js";
import { fields, shared } from "/web/components/styles.js";

/** The host's rule: a card on file before the first claim or bid. */
export class LsCardRule extends RoomElement {
  static properties = { available: { state: true } };

  constructor() {
    super();
    /** Whether cards can be kept here. */
    this.available = false;
    this.form = new FormController(this);
  }

  async connectedCallback() {
    super.connectedCallback();
    try {
      this.available = (await get("/api/me/card")).available;
    } catch {
      // Without an answer there is nothing to switch.
    }
  }

  /** @param {Event} event */
  async #switch(event) {
    const { room } = this;
    const box = /** @type {HTMLInputElement} */ (event.currentTarget);
    const required = box.checked;
    const sent =
      room && (await this.form.send(null, () => room.command("require_card", { required })));
    if (sent)
      toast(required ? "Buyers need a card on file now." : "No card is needed to claim.", {
        tone: "ok",
      });
    else box.checked = !required;
  }

  render() {
    const required = this.state?.cards.required ?? false;
    // A rule from better days can be taken back.
    if (!this.state || !(this.available || required)) return nothing;
    return html`<section class="panel stack" data-testid="card-rule">
      <h2 class="display">Cards</h2>
      <label class="row">
        <input
          type="checkbox"
          .checked=${required}
          ?disabled=${this.form.busy}
          @change=${this.#switch}
          data-testid="card-rule-switch"
        />
        <span class="grow">Ask for a card on file before the first claim or bid</span>
      </label>
      <p class="muted small">
        Fewer pieces stay unpaid. Nothing is charged when a card is added; buyers pay at checkout as
        before.
      </p>
      ${this.form.error ? html`<p class="failed" role="alert">${this.form.rest()}</p>` : nothing}
    </section>`;
  }

  static styles = [shared, fields];
}

customElements.define("ls-card-rule", LsCardRule);
