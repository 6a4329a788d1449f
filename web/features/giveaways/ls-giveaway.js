// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { announce } from "/web/lib/a11y.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { whileConnected } from "/web/lib/seen.js";
import { signInUrl } from "/web/lib/session.js";
import { onTick } from "/web/lib/time.js";
import { toastError } from "/web/components/ls-toast.js";
import { shared } from "/web/components/styles.js";
import { card } from "/web/features/giveaways/giveaway-styles.js";
import { GIFT, WHO, entriesText, oddsText, shownGiveaway } from "/web/features/giveaways/odds.js";
import "/web/components/ls-countdown.js";

/** @typedef {import("/web/lib/protocol.js").Giveaway} Giveaway */

/** The giveaway that can be entered, or was drawn a moment ago; and what one has won here. */
export class LsGiveaway extends RoomElement {
  static properties = {
    giveaway: { state: true },
    entered: { state: true },
    busy: { state: true },
  };

  constructor() {
    super();
    /** @type {Giveaway | null} */
    this.giveaway = null;
    /** The one that was entered here, until the private state says it. */
    this.entered = "";
    this.busy = false;
    /** What was announced last. */
    this.said = "";
    // A result goes away by itself.
    whileConnected(this, () => onTick(() => (this.giveaway = this.#shown)));
  }

  get #shown() {
    return this.room && shownGiveaway(this.state, this.room.now());
  }

  willUpdate() {
    this.giveaway = this.#shown;
    this.toggleAttribute("hidden", !this.giveaway && !this.mine?.prizes.length);
    if (this.giveaway) this.#announce(this.giveaway);
  }

  /** Say what begins and what came of it, once each. @param {Giveaway} giveaway */
  #announce({ id, title, status, winner }) {
    const about = `${status === "open" ? "open" : (winner?.id ?? "")} ${id}`;
    if (about === this.said || status === "frozen") return;
    this.said = about;
    if (status === "open") announce(`Giveaway: ${title}`);
    else if (winner) announce(`${this.#name(winner)} won the giveaway: ${title}`);
  }

  /** @param {import("/web/lib/protocol.js").User} user */
  #name(user) {
    return user.id === this.mine?.user.id ? "You" : `@${user.handle}`;
  }

  /** @param {Giveaway} giveaway */
  #isIn(giveaway) {
    return this.mine?.giveaway_entry?.giveaway === giveaway.id || this.entered === giveaway.id;
  }

  /** @param {Giveaway} giveaway */
  async #enter(giveaway) {
    this.busy = true;
    try {
      await this.room?.command("enter", { giveaway: giveaway.id });
      this.entered = giveaway.id;
      announce("You are in. Stay until it is drawn.", "assertive");
    } catch (error) {
      toastError(error);
    } finally {
      this.busy = false;
    }
  }

  render() {
    const { giveaway } = this;
    const prizes = this.mine?.prizes.filter((prize) => prize.giveaway !== giveaway?.id) ?? [];
    return html`${giveaway ? this.#card(giveaway) : nothing}
    ${prizes.map((prize) => html`<section>${this.#claim(prize.giveaway, prize.title)}</section>`)}`;
  }

  /** @param {Giveaway} giveaway */
  #card(giveaway) {
    const { status, title, entries, who, rules } = giveaway;
    const open = status === "open";
    const isIn = this.#isIn(giveaway);
    return html`<section
      aria-label="Giveaway: ${title}"
      data-testid="giveaway"
      data-status=${status}
    >
      <header>
        <span class="badge ${open ? "live" : "accent"}">${icon(GIFT)} Giveaway</span>
        <span class="grow muted small">${WHO[who]}</span>
        ${
          open
            ? html`<ls-countdown
                data-testid="giveaway-left"
                .until=${giveaway.ends_at}
                .frozenAt=${this.frozenAt}
              ></ls-countdown>`
            : nothing
        }
      </header>
      <h2 class="display" dir="auto">${title}</h2>
      <p class="muted small num" data-testid="giveaway-odds">
        ${entriesText(entries)}${open ? html` · ${oddsText(entries, isIn)}` : nothing}
      </p>
      ${open ? this.#act(giveaway, isIn) : this.#result(giveaway)}
      <details>
        <summary>Rules, and how it is drawn</summary>
        <p class="rules" data-testid="giveaway-rules">${rules}</p>
        <a href="/giveaways/${giveaway.id}">See and check the draw</a>
      </details>
    </section>`;
  }

  /** @param {Giveaway} giveaway @param {boolean} isIn */
  #act(giveaway, isIn) {
    const { mine } = this;
    if (this.guest)
      return html`<a class="btn primary block" href=${signInUrl()} data-testid="giveaway-sign-in"
        >Sign in to enter</a
      >`;
    if (!mine || mine.can.includes("moderate") || mine.user.id === giveaway.sponsor.id)
      return nothing;
    if (isIn)
      return html`<p class="in" data-testid="giveaway-in">
        ${icon("check")} You are in. Stay until it is drawn.
      </p>`;
    return html`<button
      class="btn primary block"
      ?disabled=${this.busy}
      data-testid="giveaway-enter"
      @click=${() => this.#enter(giveaway)}
    >
      Enter
    </button>`;
  }

  /** @param {Giveaway} giveaway */
  #result(giveaway) {
    const { winner, status, title } = giveaway;
    if (status === "frozen")
      return html`<p role="status">Entries are closed. It is drawn in a moment…</p>`;
    if (!winner) return html`<p>Nobody has it.</p>`;
    if (winner.id === this.mine?.user.id && status === "drawn")
      return this.#claim(giveaway.id, title);
    return html`<p class="won" data-testid="giveaway-winner">
      ${icon("check")} <span>${this.#name(winner)} won.</span>
    </p>`;
  }

  /** @param {string} giveaway @param {string} title */
  #claim(giveaway, title) {
    return html`<p class="won" data-testid="giveaway-winner">
        ${icon(GIFT)} <span>You won: <bdi>${title}</bdi></span>
      </p>
      <a class="btn ok block" href="/giveaways/${giveaway}" data-testid="prize-claim"
        >Say where it goes</a
      >`;
  }

  static styles = [
    shared,
    card,
    css`
      :host {
        display: grid;
        gap: var(--s-2);
      }
    `,
  ];
}
customElements.define("ls-giveaway", LsGiveaway);
