// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { draft, dropDrafts } from "/web/lib/drafts.js";
import { icon } from "/web/lib/icons.js";
import { limit } from "/web/lib/limit.js";
import { RoomElement } from "/web/lib/room.js";
import { available, isOnAir, itemOf } from "/web/lib/show-state.js";
import { durationText } from "/web/lib/time.js";
import { FormController, dataOf, text } from "/web/components/forms.js";
import { KeepFocus } from "/web/components/keep-focus.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { fields, shared } from "/web/components/styles.js";
import { card } from "/web/features/giveaways/giveaway-styles.js";
import { GIFT, WHO, entriesText } from "/web/features/giveaways/odds.js";
import "/web/components/ls-countdown.js";
import "/web/components/ls-field.js";
import "/web/components/ls-sure.js";

/** @typedef {import("/web/lib/protocol.js").Giveaway} Giveaway */

const SECONDS = [60, 120, 300, 600];
const USUAL = 300;

/** Where the team gives something away, and sees the entries come in. */
export class LsGiveawayDesk extends RoomElement {
  static properties = { preparing: { state: true }, item: { state: true } };

  constructor() {
    super();
    new KeepFocus(this);
    this.preparing = false;
    /** The id of the item that is chosen as the prize; "" for words. */
    this.item = "";
    this.form = new FormController(this);
  }

  /** @param {SubmitEvent} event */
  async #start(event) {
    const data = dataOf(event);
    const command = {
      title: text(data, "title"),
      item: text(data, "item") || undefined,
      variant: text(data, "variant") || undefined,
      seconds: Number(text(data, "seconds")),
      who: text(data, "who"),
    };
    const sent = await this.form.send(event, () =>
      /** @type {any} */ (this.room).command("giveaway", command),
    );
    if (!sent) return;
    dropDrafts(this.draftName("giveaway"));
    this.preparing = false;
    this.item = "";
  }

  /** @param {Giveaway} giveaway */
  async #cancel(giveaway) {
    try {
      await this.room?.command("cancel_giveaway", { giveaway: giveaway.id });
      toast("The giveaway is taken back.");
    } catch (error) {
      toastError(error);
    }
  }

  render() {
    const { state, show, mine } = this;
    if (!state || !show || !mine?.can.includes("sell")) return nothing;
    const giveaway = state.giveaway;
    const running = giveaway?.status === "open" || giveaway?.status === "frozen";
    return html`<section aria-label="Giveaway" data-testid="giveaway-desk">
      <h2 class="heading">${icon(GIFT)} Giveaway</h2>
      ${giveaway ? this.#watch(giveaway) : nothing}
      ${
        running
          ? nothing
          : !isOnAir(show)
            ? html`<p class="muted small">While the show is on air you can give something away.</p>`
            : this.preparing
              ? this.#terms()
              : html`<button
                  class="btn block"
                  data-testid="giveaway-prepare"
                  @click=${() => (this.preparing = true)}
                >
                  ${icon("plus")} Give something away
                </button>`
      }
    </section>`;
  }

  /** @param {Giveaway} giveaway */
  #watch(giveaway) {
    const { id, status, title, entries, winner, left } = giveaway;
    const open = status === "open";
    return html`<h3 class="display" dir="auto">${title}</h3>
      <p class="row small num" data-testid="giveaway-standing">
        ${
          open
            ? html`<ls-countdown
                .until=${giveaway.ends_at}
                .frozenAt=${this.frozenAt}
              ></ls-countdown>`
            : nothing
        }<span class="muted grow">${entriesText(entries)}</span>
        ${
          open
            ? html`<ls-sure
                name="giveaway-cancel"
                question="Take it back?"
                label="Cancel the giveaway"
                @sure=${() => this.#cancel(giveaway)}
                >Cancel</ls-sure
              >`
            : nothing
        }
      </p>
      ${
        winner
          ? html`<p class="won">${icon("check")} <span>@${winner.handle} won</span></p>
              <p class="muted small">
                ${
                  status === "claimed"
                    ? "They have said where it goes: pack it under Orders."
                    : `They have 48 hours to say where it goes; ${left === 1 ? "1 comes" : `${left} come`} after them.`
                }
              </p>`
          : status === "over"
            ? html`<p class="muted small">It was not given away.</p>`
            : status === "frozen"
              ? html`<p class="muted small">Entries are closed. It is drawn in a moment.</p>`
              : nothing
      }
      <a class="small" href="/giveaways/${id}">Rules, and how it is drawn</a>`;
  }

  #terms() {
    const { form, state, mine } = this;
    if (!state) return nothing;
    const giver = [state.show.host.id, mine?.user.id];
    const items = state.items.filter(
      (i) => giver.includes(i.owner.id) && available(i.variants) && !i.waiting,
    );
    const item = itemOf(state, this.item);
    const names = ["title", "item", "seconds", "who"];
    return html`<form class="stack" @submit=${this.#start} data-testid="giveaway-form">
      <ls-field label="Prize" error=${form.at("item")}
        ><select
          name="item"
          data-testid="giveaway-item"
          @change=${(/** @type {any} */ event) => (this.item = event.target.value)}
        >
          <option value="">Something else, in words</option>
          ${items.map((i) => html`<option value=${i.id}>#${i.number} ${i.title}</option>`)}
        </select></ls-field
      >
      ${
        item && item.variants.length > 1
          ? html`<ls-field label="Which one"
              ><select name="variant">
                ${item.variants.map((v) => html`<option value=${v.id}>${v.label}</option>`)}
              </select></ls-field
            >`
          : nothing
      }
      <ls-field label="What everybody reads" error=${form.at("title")}
        ><input
          dir="auto"
          name="title"
          required
          ${limit(120)}
          autocomplete="off"
          .value=${item?.title ?? ""}
          ${draft(this.draftName("giveaway"), item?.title ?? "")}
          data-testid="giveaway-title"
      /></ls-field>
      <ls-field label="One can enter for" error=${form.at("seconds")}
        ><select name="seconds" data-testid="giveaway-seconds">
          ${SECONDS.map(
            (s) =>
              html`<option value=${s} ?selected=${s === USUAL}>${durationText(s * 1000)}</option>`,
          )}
        </select></ls-field
      >
      <ls-field label="Who may enter" error=${form.at("who")}
        ><select name="who" data-testid="giveaway-who">
          ${Object.entries(WHO)
            .filter(([who]) => who !== "buyers")
            .map(([who, words]) => html`<option value=${who}>${words}</option>`)}
        </select></ls-field
      >
      <p class="muted small">
        You pay for sending it. Rules in words are shown to everybody before they enter; they name
        you as the sponsor.
      </p>
      ${
        form.rest(names)
          ? html`<p class="note" role="alert">${icon("alert")} <span>${form.rest(names)}</span></p>`
          : nothing
      }
      <div class="row">
        <button type="button" class="btn grow" @click=${() => (this.preparing = false)}>
          Not now</button
        ><button class="btn primary grow" ?disabled=${form.busy} data-testid="giveaway-send">
          Start it
        </button>
      </div>
    </form>`;
  }

  static styles = [
    shared,
    fields,
    card,
    css`
      section {
        gap: var(--s-3);
      }
      .stack {
        display: grid;
        gap: var(--s-3);
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-2);
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
customElements.define("ls-giveaway-desk", LsGiveawayDesk);
