// @ts-check
import { LitElement, css, html, nothing, repeat } from "/web/vendor/lit.js";
import { all, get } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { Paged } from "/web/lib/paged.js";
import { everyWhileSeen, whileConnected } from "/web/lib/seen.js";
import { session, signInUrl } from "/web/lib/session.js";
import { explain } from "/web/lib/words.js";
import { toastError } from "/web/components/ls-toast.js";
import { more } from "/web/components/more.js";
import { page } from "/web/components/page-styles.js";
import { shared } from "/web/components/styles.js";
import "/web/components/ls-empty.js";
import "/web/features/discovery/ls-show-card.js";
import "/web/features/navigation/ls-app-bar.js";

/** @typedef {import("/web/lib/protocol.js").ShowCard} ShowCard */

/**
 * Who watches what changes all the time; often enough to be true, seldom enough to cost nothing.
 */
const REFRESH_MS = 20_000;
const PAST_AT_FIRST = 8;

/** What is on now, what comes, what was. */
class LsDiscoverPage extends LitElement {
  static properties = {
    shows: { state: true },
    drafts: { state: true },
    problem: { state: true },
  };

  constructor() {
    super();
    /** @type {ShowCard[] | null} */
    this.shows = null;
    /** @type {ShowCard[]} */
    this.drafts = [];
    this.problem = "";
    /** Past shows, when somebody wants more of them than the newest. */
    this.past = new Paged(this);
    whileConnected(this, () => everyWhileSeen(REFRESH_MS, () => this.#load()));
  }

  connectedCallback() {
    super.connectedCallback();
    this.#load();
    session.load().then(
      (user) => user && this.#loadDrafts(user.handle),
      () => {},
    );
    session.addEventListener("change", () => this.requestUpdate());
  }

  async #load() {
    try {
      this.shows = (
        await get("/api/shows", { status: "live,interrupted,scheduled,ended", limit: 100 })
      ).items;
      this.problem = "";
    } catch (error) {
      if (!this.shows) this.problem = explain(error);
    }
  }

  /** @param {string} host */
  async #loadDrafts(host) {
    this.drafts = await all("/api/shows", { status: "draft", host }).catch(() => []);
  }

  render() {
    return html`<ls-app-bar current="/"></ls-app-bar>
      <main>
        ${this.#hello()}${
          this.problem
            ? this.#failed()
            : this.shows
              ? this.#lists(this.shows)
              : html`<div class="wait" role="status">Looking who is live…</div>`
        }
      </main>`;
  }

  #hello() {
    if (session.user)
      return html`<div class="head">
        <h1 class="display">Shows</h1>
        <a class="btn" href="/new" data-testid="start-show">${icon("camera")} Start a show</a>
      </div>`;
    return html`<header class="hello">
      <h1 class="display">Somebody’s closet, <em>live.</em></h1>
      <p class="lead">
        Watch, ask, claim. What you claim is held for you for some minutes while you pay: no race at
        the checkout.
      </p>
    </header>`;
  }

  #failed() {
    return html`<ls-empty icon="alert" heading="The shows cannot be loaded">
      ${this.problem}
      <button class="btn primary" slot="action" @click=${() => this.#load()}>Try again</button>
    </ls-empty>`;
  }

  /** @param {ShowCard[]} shows */
  #lists(shows) {
    const on = [
      ...shows.filter((s) => s.status === "live"),
      ...shows.filter((s) => s.status === "interrupted"),
    ];
    const next = shows
      .filter((s) => s.status === "scheduled")
      .sort((a, b) => (a.scheduled_at ?? 0) - (b.scheduled_at ?? 0));
    const past = shows
      .filter((s) => s.status === "ended")
      .sort((a, b) => (b.ended_at ?? 0) - (a.ended_at ?? 0));
    if (!shows.length && !this.drafts.length) return this.#nothing();
    return html`${on.length ? this.#live(on) : this.#quiet(next[0])}
      <div class="lower">
        ${next.length || !on.length ? this.#upcoming(next) : nothing}
        ${this.drafts.length ? this.#drafts() : nothing}
      </div>
      ${past.length ? this.#past(past) : nothing}`;
  }

  #nothing() {
    return html`<ls-empty icon="hanger" heading="The rail is still empty">
      No show is on, none is planned. Be the first: a phone and three pieces are enough.
      <a
        class="btn primary"
        slot="action"
        href=${session.user ? "/new" : signInUrl("/new")}
        data-testid="empty-start"
        >Start a show</a
      >
    </ls-empty>`;
  }

  /** @param {ShowCard[]} on */
  #live(on) {
    return html`<section aria-labelledby="live" data-testid="live-now">
      <h2 id="live" class="sr">Live now</h2>
      <div class="stage ${on.length === 1 ? "single" : on.length === 2 ? "pair" : ""}">
        ${repeat(
          on,
          (s) => s.id,
          (s, i) =>
            html`<ls-show-card
              variant=${i === 0 || on.length === 2 ? "feature" : "tile"}
              ?wide=${on.length === 1}
              ?half=${on.length === 2}
              .show=${s}
            ></ls-show-card>`,
        )}
      </div>
    </section>`;
  }

  /** @param {ShowCard | undefined} next */
  #quiet(next) {
    return html`<p class="note">
      ${icon("clock")}<span
        >Nobody is live right now.${next ? " This is what comes next:" : ""}</span
      >
    </p>`;
  }

  /** @param {ShowCard[]} next */
  #upcoming(next) {
    if (!next.length) return nothing;
    return html`<section aria-labelledby="next" data-testid="upcoming">
      <h2 id="next" class="display">Coming up</h2>
      <ul class="rows">
        ${repeat(
          next,
          (s) => s.id,
          (s) => html`<li><ls-show-card variant="row" .show=${s}></ls-show-card></li>`,
        )}
      </ul>
    </section>`;
  }

  #drafts() {
    return html`<section aria-labelledby="drafts" data-testid="drafts">
      <h2 id="drafts" class="display">Your drafts</h2>
      <ul class="rows">
        ${repeat(
          this.drafts,
          (s) => s.id,
          (s) =>
            html`<li>
              <ls-show-card variant="row" .show=${s} to="/shows/${s.id}/settings"></ls-show-card>
            </li>`,
        )}
      </ul>
    </section>`;
  }

  /** @param {ShowCard[]} past */
  #past(past) {
    const asked = this.past.items && this.past.view;
    const shown = asked ?? past.slice(0, PAST_AT_FIRST);
    return html`<section aria-labelledby="past" data-testid="past">
      <h2 id="past" class="display">Past shows</h2>
      <div class="tiles">
        ${repeat(
          shown,
          (s) => s.id,
          (s) => html`<ls-show-card .show=${s}></ls-show-card>`,
        )}
      </div>
      ${
        asked
          ? more(this.past)
          : shown.length < past.length
            ? html`<button
                class="btn"
                @click=${() => this.past.load("/api/shows", { status: "ended" }).catch(toastError)}
                data-testid="past-more"
              >
                Show more past shows
              </button>`
            : nothing
      }
    </section>`;
  }

  static styles = [
    shared,
    page,
    css`
      .hello {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--s-3);
      }
      .hello h1 {
        font-size: var(--t-3xl);
        line-height: 1.02;
        letter-spacing: -0.03em;
      }
      .hello em {
        color: var(--accent-ink);
      }
      section {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--s-4);
        justify-items: start;
      }
      section > * {
        width: 100%;
      }
      section > .btn {
        width: auto;
      }
      .stage {
        display: grid;
        gap: var(--s-4);
        grid-template-columns: repeat(2, minmax(0, 1fr));
      }
      .stage > :first-child {
        grid-column: 1 / -1;
      }
      .stage.pair {
        grid-template-columns: 1fr;
      }
      .rows li {
        border-top: 1px solid var(--line);
        padding: var(--s-1) 0;
      }
      .rows li:last-child {
        border-bottom: 1px solid var(--line);
      }
      .lower {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--s-6);
      }
      .lower:empty {
        display: none;
      }
      .tiles {
        display: grid;
        gap: var(--s-4) var(--s-3);
        grid-template-columns: repeat(2, minmax(0, 1fr));
      }
      @media (min-width: 700px) {
        .stage {
          grid-template-columns: repeat(4, 1fr);
          grid-auto-rows: auto;
        }
        .stage > :first-child {
          grid-column: span 2;
          grid-row: span 2;
        }
        .stage.pair {
          grid-template-columns: 1fr 1fr;
        }
        .stage.pair > * {
          grid-column: auto !important;
          grid-row: auto !important;
        }
        .stage.single {
          grid-template-columns: 1fr;
        }
        .stage.single > :first-child {
          grid-column: auto;
          grid-row: auto;
        }
        .tiles {
          grid-template-columns: repeat(4, 1fr);
          gap: var(--s-4);
        }
      }
      @media (min-width: 1000px) {
        .lower {
          grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr));
          gap: var(--s-7);
        }
      }
    `,
  ];
}
customElements.define("ls-discover-page", LsDiscoverPage);
