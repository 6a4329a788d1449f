// @ts-check
import { LitElement, html, nothing } from "/web/vendor/lit.js";
import { post } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { limit } from "/web/lib/limit.js";
import { FormController, dataOf, text } from "/web/components/forms.js";
import { toast } from "/web/components/ls-toast.js";
import { page } from "/web/components/page-styles.js";
import { fields, shared } from "/web/components/styles.js";
import "/web/components/ls-field.js";
import "/web/features/catalog/ls-photos-picker.js";

/**
 * What a buyer says of pieces that are not as they were described.
 *
 * @property {import("/web/lib/protocol.js").Order} order
 * @fires changed  detail is the order as it is now
 */
export class LsDisputeForm extends LitElement {
  static properties = { order: { attribute: false } };

  constructor() {
    super();
    /** @type {import("/web/lib/protocol.js").Order | null} */
    this.order = null;
    this.form = new FormController(this);
  }

  /** @param {SubmitEvent} event @param {import("/web/lib/protocol.js").Order} order */
  async #send(event, order) {
    const data = dataOf(event);
    const lines = data.getAll("line").map(Number);
    if (order.lines.length > 1 && !lines.length) {
      event.preventDefault();
      toast("Choose what it is about.");
      return;
    }
    const picker = /** @type {any} */ (this.renderRoot.querySelector("ls-photos-picker"));
    const photos = (picker?.photos ?? []).map((/** @type {{id: string}} */ { id }) => id);
    const some = lines.length && lines.length < order.lines.length ? { lines } : {};
    const body = { reason: text(data, "reason"), photos, ...some };
    const went = await this.form.send(event, async () => {
      const changed = await post(`/api/orders/${order.id}/dispute`, body);
      this.dispatchEvent(new CustomEvent("changed", { detail: changed }));
    });
    if (went) toast("The seller has been told.", { tone: "ok" });
  }

  render() {
    const { order } = this;
    if (!order) return nothing;
    const rest = this.form.rest(["reason"]);
    return html`<form
      class="stack"
      @submit=${(/** @type {SubmitEvent} */ e) => this.#send(e, order)}
      data-testid="dispute-form"
    >
      <p>
        Tell @${order.owner.handle} what is different from what was shown. They have two days to
        answer. If they do not, you get the money back.
      </p>
      ${order.lines.length > 1 ? this.#which(order) : nothing}
      <ls-field label="What is different?" error=${this.form.at("reason")}>
        <textarea
          dir="auto"
          name="reason"
          required
          ${limit(500)}
          rows="3"
          data-testid="dispute-reason"
        ></textarea>
      </ls-field>
      <ls-photos-picker></ls-photos-picker>
      ${
        rest
          ? html`<p class="note bad" role="alert" data-testid="problem">
              ${icon("alert")}<span>${rest}</span>
            </p>`
          : nothing
      }
      <button class="btn block primary" ?disabled=${this.form.busy} data-testid="dispute-send">
        Tell the seller
      </button>
    </form>`;
  }

  /** Which pieces it is about. @param {import("/web/lib/protocol.js").Order} order */
  #which({ lines }) {
    return html`<fieldset>
      <legend>What is it about?</legend>
      ${lines.map(
        ({ title, variant }, index) =>
          html`<label class="check"
            ><input type="checkbox" name="line" value=${index} checked data-testid="dispute-line" />
            <span dir="auto">${title}${variant ? `, ${variant}` : ""}</span></label
          >`,
      )}
    </fieldset>`;
  }

  static styles = [shared, fields, page];
}
customElements.define("ls-dispute-form", LsDisputeForm);
