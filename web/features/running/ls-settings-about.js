// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { draft, keepDraft, sendDrafts, takeDraft } from "/web/lib/drafts.js";
import { icon } from "/web/lib/icons.js";
import { limit } from "/web/lib/limit.js";
import { RoomElement } from "/web/lib/room.js";
import { serverNow } from "/web/lib/time.js";
import {
  fromLocalInput,
  localInput,
  nextFullHour,
  whenAndHowLongText,
  whenText,
} from "/web/lib/when.js";
import { FormController, dataOf, text } from "/web/components/forms.js";
import { toast } from "/web/components/ls-toast.js";
import { page } from "/web/components/page-styles.js";
import { fields, shared } from "/web/components/styles.js";
import "/web/components/ls-field.js";
import "/web/features/running/ls-cover-picker.js";

/** @typedef {import("/web/lib/protocol.js").Show} Show */

/**
 * What a show is called, looks like, and when it starts.
 */
export class LsSettingsAbout extends RoomElement {
  static properties = { at: { state: true } };

  constructor() {
    super();
    /** What the schedule's field says. @type {number | null | undefined} */
    this.at = undefined;
    this.form = new FormController(this);
    this.timing = new FormController(this);
  }

  /** @param {SubmitEvent} event */
  async #save(event) {
    const data = dataOf(event);
    const show = /** @type {Record<string, any>} */ (this.state?.show ?? {});
    // Only what was changed here: what was changed elsewhere stays.
    const changed = ["title", "description"].filter((name) => text(data, name) !== show[name]);
    const fields = Object.fromEntries(changed.map((name) => [name, text(data, name)]));
    const sent = await this.form.send(event, () =>
      sendDrafts(this.draftName("about."), () =>
        /** @type {any} */ (this.room).command("configure", fields),
      ),
    );
    if (sent) toast("Saved.", { tone: "ok" });
  }

  /** @param {Event} event */
  async #cover(event) {
    const { photo } =
      /** @type {import("/web/features/running/ls-cover-picker.js").LsCoverPicker} */ (
        event.target
      );
    if ((photo?.id ?? null) === (this.show?.cover?.id ?? null)) return;
    if (
      await this.form.send(null, () =>
        /** @type {any} */ (this.room).command("configure", { cover: photo?.id ?? null }),
      )
    )
      toast(photo ? "New cover." : "Cover removed.", { tone: "ok" });
  }

  /** @param {SubmitEvent} event @param {number | null} at */
  async #schedule(event, at) {
    if (at === null) return;
    if (
      await this.timing.send(event, () =>
        sendDrafts(this.draftName("at"), () =>
          /** @type {any} */ (this.room).command("schedule", { at }),
        ),
      )
    )
      toast(`Starts ${whenText(at)}.`, { tone: "ok" });
  }

  /** @param {Show} show @param {string} text */
  #timed(show, text) {
    this.at = fromLocalInput(text);
    const name = this.draftName("at");
    if (name && this.at) keepDraft(name, String(this.at), String(show.scheduled_at));
  }

  willUpdate() {
    const name = this.draftName("at");
    if (this.at !== undefined || !name || !this.show) return;
    const { text } = takeDraft(name, String(this.show.scheduled_at));
    if (text) this.at = Number(text);
  }

  render() {
    const { show, form } = this;
    if (!show) return nothing;
    return html`<div class="about">
        <ls-cover-picker .photo=${show.cover} @change=${this.#cover}></ls-cover-picker>
        <form class="stack" @submit=${this.#save} data-testid="about-form">
          <ls-field label="Title" error=${form.at("title")}
            ><input
              dir="auto"
              name="title"
              required
              ${limit(120)}
              .value=${show.title}
              ${draft(this.draftName("about.title"), show.title)}
              data-testid="title"
          /></ls-field>
          <ls-field label="Description" optional error=${form.at("description")}>
            <textarea
              dir="auto"
              name="description"
              ${limit(4000)}
              rows="4"
              .value=${show.description}
              ${draft(this.draftName("about.description"), show.description)}
              data-testid="description"
            ></textarea>
          </ls-field>
          ${
            form.error
              ? html`<p class="note bad" role="alert" data-testid="problem">
                  ${icon("alert")}<span
                    >${form.rest(["title", "description"]) || "Look at the marked fields."}</span
                  >
                </p>`
              : nothing
          }
          <div class="actions">
            <button class="btn" ?disabled=${form.busy} data-testid="about-save">Save</button>
          </div>
        </form>
      </div>
      ${show.status === "draft" || show.status === "scheduled" ? this.#when(show) : nothing}`;
  }

  /** @param {Show} show */
  #when(show) {
    const { timing } = this;
    const at = this.at === undefined ? (show.scheduled_at ?? nextFullHour(24 * 60)) : this.at;
    const past = at !== null && at < serverNow();
    const rest = timing.rest(["at"], ["in_the_past"]);
    return html`<form
      class="stack"
      @submit=${(/** @type {SubmitEvent} */ e) => this.#schedule(e, at)}
      data-testid="schedule-form"
    >
      <ls-field
        label=${show.scheduled_at ? "Starts" : "Not scheduled yet. Set a time?"}
        hint=${at ? `That is ${whenAndHowLongText(at)}. It is listed among the coming shows.` : ""}
        error=${past ? "That time is over. Choose a later one." : timing.at("at", "in_the_past")}
      >
        <input
          dir="auto"
          type="datetime-local"
          required
          min=${localInput(serverNow())}
          .value=${localInput(at)}
          @input=${(/** @type {any} */ e) => this.#timed(show, e.target.value)}
          data-testid="scheduled-at"
        />
      </ls-field>
      ${
        rest
          ? html`<p class="note bad" role="alert">${icon("alert")}<span>${rest}</span></p>`
          : nothing
      }
      <div class="actions">
        <button class="btn" ?disabled=${timing.busy || past} data-testid="schedule-save">
          ${show.scheduled_at ? "Move it" : "Schedule"}
        </button>
      </div>
    </form>`;
  }

  static styles = [
    shared,
    fields,
    page,
    css`
      :host {
        display: grid;
        gap: var(--s-5);
      }
      .about {
        display: grid;
        gap: var(--s-4);
      }
      ls-cover-picker {
        max-width: 9rem;
      }
      @media (min-width: 700px) {
        .about {
          grid-template-columns: 11rem 1fr;
          gap: var(--s-5);
        }
        ls-cover-picker {
          max-width: none;
        }
      }
    `,
  ];
}
customElements.define("ls-settings-about", LsSettingsAbout);
