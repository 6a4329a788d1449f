// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { sendDrafts } from "/web/lib/drafts.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { FormController } from "/web/components/forms.js";
import { toast } from "/web/components/ls-toast.js";
import { page } from "/web/components/page-styles.js";
import { shared } from "/web/components/styles.js";
import "/web/features/running/ls-show-rules.js";

/** The rules for buyers of a show that there is. */
export class LsSettingsRules extends RoomElement {
  constructor() {
    super();
    this.form = new FormController(this);
  }

  /** @param {SubmitEvent} event */
  async #save(event) {
    event.preventDefault();
    const rules = /** @type {import("/web/features/running/ls-show-rules.js").LsShowRules} */ (
      this.renderRoot.querySelector("ls-show-rules")
    );
    if (!rules.check()) return;
    const sent = await this.form.send(event, () =>
      sendDrafts(rules.drafts, () =>
        /** @type {any} */ (this.room).command("configure", rules.changes()),
      ),
    );
    if (sent) toast("Saved. The rules hold for claims from now on.", { tone: "ok" });
  }

  render() {
    const { show, form } = this;
    if (!show) return nothing;
    return html`<form class="stack" @submit=${this.#save} data-testid="rules-form">
      <ls-show-rules
        .rules=${show}
        currency=${show.currency}
        .drafts=${this.draftName("rules.")}
        .problem=${form.error}
      ></ls-show-rules>
      ${
        form.error
          ? html`<p class="note bad" role="alert" data-testid="problem">
              ${icon("alert")}<span
                >${
                  form.rest(["hold_seconds", "claims_per_buyer", "shipping_cap"]) ||
                  "Look at the marked fields."
                }</span
              >
            </p>`
          : nothing
      }
      <div class="actions">
        <button class="btn" ?disabled=${form.busy} data-testid="rules-save">Save</button>
      </div>
    </form>`;
  }

  static styles = [
    shared,
    page,
    css`
      :host {
        display: block;
      }
    `,
  ];
}
customElements.define("ls-settings-rules", LsSettingsRules);
