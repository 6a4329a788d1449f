// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { get } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { session } from "/web/lib/session.js";
import { dateTimeText } from "/web/lib/time.js";
import { counted, explain, title } from "/web/lib/words.js";
import { page } from "/web/components/page-styles.js";
import { shared } from "/web/components/styles.js";
import { check } from "/web/features/giveaways/draw.js";
import { GIFT, WHO } from "/web/features/giveaways/odds.js";
import "/web/components/ls-empty.js";
import "/web/features/navigation/ls-app-bar.js";

/** @typedef {import("/web/lib/protocol.js").Proof} Proof */
/** @typedef {import("/web/features/giveaways/draw.js").Step} Step */

/** How a giveaway was drawn, recomputed here; and for its winner where to say where it goes. */
class LsGiveawayPage extends LitElement {
  static properties = {
    proof: { state: true },
    steps: { state: true },
    mine: { state: true },
    order: { state: true },
    problem: { state: true },
  };

  constructor() {
    super();
    this.id = decodeURIComponent(location.pathname.split("/")[2] ?? "");
    /** @type {Proof | null} */
    this.proof = null;
    /** @type {Step[]} */
    this.steps = [];
    /** Whether the prize waits for who looks. */
    this.mine = false;
    this.order = "";
    this.problem = "";
    this.file = "";
  }

  connectedCallback() {
    super.connectedCallback();
    void this.#load();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    URL.revokeObjectURL(this.file);
  }

  async #load() {
    try {
      this.problem = "";
      /** @type {Proof} */
      const proof = await get(`/api/giveaways/${encodeURIComponent(this.id)}/proof`);
      URL.revokeObjectURL(this.file);
      const text = JSON.stringify(proof, null, 1);
      this.file = URL.createObjectURL(new Blob([text], { type: "application/json" }));
      this.steps = await check(proof);
      this.proof = proof;
      title(`Giveaway: ${proof.title}`);
      await session.load();
      this.mine = proof.status === "drawn" && proof.winner?.id === session.user?.id;
      if (this.mine) await import("/web/features/giveaways/ls-prize-form.js");
    } catch (error) {
      if (!this.proof) this.problem = explain(error);
    }
  }

  render() {
    return html`<ls-app-bar></ls-app-bar>
      <main>${this.#body()}</main>`;
  }

  #body() {
    const { proof, problem } = this;
    if (problem)
      return html`<ls-empty whole icon="alert" heading="This giveaway cannot be shown"
        >${problem}<button class="btn primary" slot="action" @click=${() => this.#load()}>
          Try again
        </button></ls-empty
      >`;
    if (!proof) return html`<div class="wait" role="status">Fetching the draw…</div>`;
    return html`<header>
        <p class="muted">
          ${icon(GIFT)} Giveaway in
          <a href="/shows/${proof.show.id}" dir="auto">${proof.show.title}</a>, by
          @${proof.sponsor.handle}, ${WHO[proof.who]}
        </p>
        <h1 class="display" dir="auto">${proof.title}</h1>
        <p class="lead" data-testid="proof-outcome">${this.#outcome(proof)}</p>
      </header>
      ${this.order ? this.#ordered() : this.mine ? this.#claim() : nothing}
      <section class="panel">
        <h2 class="display">How it was drawn</h2>
        <ol data-testid="proof-steps">
          ${this.steps.map((step) => this.#step(step))}
        </ol>
        ${
          proof.picks
            ? html`<a
                class="btn"
                download="giveaway-${proof.giveaway}.json"
                href=${this.file}
                data-testid="proof-save"
                >${icon("copy")} Save the proof</a
              >`
            : nothing
        }
        ${proof.entry_ids?.length ? this.#entries(proof, proof.entry_ids) : nothing}
      </section>
      <section class="panel">
        <h2 class="display">Rules</h2>
        <p class="rules">${proof.rules}</p>
      </section>`;
  }

  /** @param {Proof} proof */
  #outcome({ status, winner, drawn_at, entries }) {
    if (status === "open") return "It can still be entered, in the show.";
    if (status === "frozen") return "Entries are closed. It is drawn in a moment: look again.";
    if (status === "over") return "It was not given away.";
    const who = winner?.id === session.user?.id ? "You" : `@${winner?.handle}`;
    const of = entries === 1 ? "1 entry" : `${entries} entries`;
    return `${who} won, of ${of}, on ${dateTimeText(drawn_at ?? 0)}.`;
  }

  #claim() {
    return html`<section class="panel">
      <p class="note ok">${icon("check")}<span>It is yours. Say where it goes.</span></p>
      <ls-prize-form
        giveaway=${this.id}
        @claimed=${(/** @type {CustomEvent<string>} */ event) => this.#claimed(event.detail)}
      ></ls-prize-form>
    </section>`;
  }

  /** @param {string} order */
  #claimed(order) {
    this.order = order;
    void this.#load();
  }

  #ordered() {
    return html`<p class="note ok" role="status" data-testid="prize-ordered">
      ${icon("check")}<span
        >It is on its way to be packed. <a href="/orders/${this.order}">See your order</a></span
      >
    </p>`;
  }

  /** @param {Step} step */
  #step({ ok, text, detail }) {
    const sign = ok === null ? "info" : ok ? "check" : "alert";
    return html`<li class=${ok === null ? "" : ok ? "ok" : "bad"} data-ok=${String(ok)}>
      ${icon(sign)}
      <span
        >${text}${detail ? html`<br /><code class="muted small">${detail}</code>` : nothing}</span
      >
    </li>`;
  }

  /** @param {Proof} proof @param {string[]} entries */
  #entries(proof, entries) {
    const place = new Map(proof.picks?.map((entry, index) => [entry, index + 1]));
    return html`<details>
      <summary>${counted(entries.length, "entry", "entries")}</summary>
      <p class="muted small">Everybody knows their own alone. The numbers are the order drawn.</p>
      <ul class="entries">
        ${entries.map((entry) => {
          const drawn = place.get(entry);
          return html`<li>
            <code>${entry}</code>${drawn ? html` <b class="num">${drawn}</b>` : nothing}
          </li>`;
        })}
      </ul>
    </details>`;
  }

  static styles = [
    shared,
    page,
    css`
      main {
        max-width: 48rem;
      }
      section,
      header,
      ol {
        display: grid;
        gap: var(--s-3);
        justify-items: start;
      }
      ls-prize-form {
        width: 100%;
      }
      ol li {
        display: flex;
        gap: var(--s-3);
        overflow-wrap: anywhere;
      }
      .ok {
        color: var(--ok-ink);
      }
      .bad {
        color: var(--bad-ink);
        font-weight: var(--w-bold);
      }
      h1,
      code {
        overflow-wrap: anywhere;
      }
      .rules {
        white-space: pre-line;
        overflow-wrap: anywhere;
      }
      summary {
        min-height: var(--tap);
        display: flex;
        align-items: center;
        cursor: pointer;
      }
      .entries {
        display: flex;
        flex-wrap: wrap;
        gap: var(--s-1) var(--s-3);
      }
    `,
  ];
}
customElements.define("ls-giveaway-page", LsGiveawayPage);
