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
import { shownPoll } from "/web/features/polls/state.js";
import { BARS, resultText, votesText } from "/web/features/polls/words.js";
import "/web/components/ls-countdown.js";
import "/web/features/polls/ls-poll-bars.js";

/** @typedef {import("/web/lib/protocol.js").Poll} Poll */

/** What is hidden of the end of the card without anybody missing it. */
const NEARLY_PX = 16;

/** An option with more characters has a row of its own. */
const LONG = 22;

/**
 * The poll that is open, or has just ended: large buttons, and bars for those who have voted.
 */
export class LsPoll extends RoomElement {
  static properties = {
    folded: { type: Boolean, reflect: true },
    chosen: { state: true },
    poll: { state: true },
    more: { state: true },
  };

  constructor() {
    super();
    /** @type {Poll | null} */
    this.poll = null;
    /** Whether only the question is shown. */
    this.folded = false;
    /** What was chosen here, until the private state says it. @type {number | null} */
    this.chosen = null;
    /** Whether there is more below what is seen of the card. */
    this.more = false;
    this.resized = new ResizeObserver(() => this.#measure());
    /** What was announced last: `open` or `over`, and the id of the poll. */
    this.said = "";
    // A result goes away by itself.
    whileConnected(this, () => onTick(() => (this.poll = this.#shown)));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.resized.disconnect();
  }

  updated() {
    this.resized.disconnect();
    for (const part of this.renderRoot.querySelectorAll("section, #body"))
      this.resized.observe(part);
  }

  #measure() {
    const card = this.renderRoot.querySelector("section");
    this.more = Boolean(card && card.scrollHeight - card.scrollTop - card.clientHeight > NEARLY_PX);
  }

  get #shown() {
    return this.room && shownPoll(this.state, this.room.now());
  }

  willUpdate() {
    const poll = this.#shown;
    if (poll?.id !== this.poll?.id) {
      this.folded = false;
      this.chosen = null;
    }
    this.poll = poll;
    this.toggleAttribute("hidden", !poll);
    if (poll) this.#announce(poll);
  }

  /** Say what begins and what came of it, once each; not how the bars move. @param {Poll} poll */
  #announce(poll) {
    const about = `${poll.closed_at === null ? "open" : "over"} ${poll.id}`;
    if (about === this.said) return;
    this.said = about;
    announce(poll.closed_at === null ? `Poll: ${poll.question}` : resultText(poll));
  }

  /** The index of one's own vote, or null. */
  get #mine() {
    const { mine, poll } = this;
    return mine?.vote && mine.vote.poll === poll?.id ? mine.vote.option : this.chosen;
  }

  /** @param {Poll} poll @param {number} option */
  async #vote(poll, option) {
    this.chosen = option;
    try {
      await this.room?.command("vote", { poll: poll.id, option });
      await this.updateComplete;
      // The button that had the focus is gone.
      /** @type {HTMLElement | null} */ (this.renderRoot.querySelector("h2"))?.focus();
      this.renderRoot.querySelector("section")?.scrollTo(0, 0);
    } catch (error) {
      this.chosen = null;
      toastError(error);
    }
  }

  render() {
    const { poll, folded } = this;
    if (!poll) return nothing;
    const over = poll.closed_at !== null;
    return html`<section
      aria-labelledby="question"
      data-testid="poll"
      ?data-over=${over}
      @scroll=${this.#measure}
    >
      <header>
        <span class="badge ${over ? "ok" : "accent"}"
          >${icon(BARS)} ${over ? "Result" : "Poll"}</span
        >
        <span class="state grow muted small num">${this.#state(poll, over)}</span>
        <button
          class="btn quiet icon-only"
          aria-expanded=${!folded}
          aria-controls="body"
          aria-label="The poll"
          data-testid="poll-fold"
          @click=${() => (this.folded = !folded)}
        >
          ${icon(folded ? "up" : "down")}
        </button>
      </header>
      <h2
        id="question"
        class="display ${folded ? "clip" : ""} ${poll.question.length > 3 * LONG ? "long" : ""}"
        tabindex="-1"
        dir="auto"
      >
        ${poll.question}
      </h2>
      <div id="body" ?hidden=${folded}>${this.#body(poll, over)}</div>
      <p class="more ${this.more ? "" : "none"}" aria-hidden="true" data-testid="poll-more">
        <span>${icon("down")} more</span>
      </p>
    </section>`;
  }

  /** @param {Poll} poll @param {boolean} over */
  #state(poll, over) {
    const total = poll.counts?.reduce((sum, n) => sum + n, 0) ?? 0;
    return html`${
        over
          ? nothing
          : html`<ls-countdown data-testid="poll-left" .until=${poll.until}></ls-countdown>`
      }<span data-testid="poll-total">${votesText(total)}</span>`;
  }

  /** @param {Poll} poll @param {boolean} over */
  #body(poll, over) {
    const { mine } = this;
    const own = this.#mine;
    if (!over && mine && own === null) {
      return html`<div class="options" role="group" aria-labelledby="question">
        ${poll.options.map(
          (option, index) =>
            html`<button
              class="btn ${option.length > LONG ? "long" : ""}"
              data-testid="poll-option"
              data-option=${index}
              @click=${() => this.#vote(poll, index)}
            >
              ${option}
            </button>`,
        )}
      </div>`;
    }
    return html`<ls-poll-bars
        .options=${poll.options}
        .counts=${poll.counts}
        .mine=${own}
      ></ls-poll-bars>
      ${
        this.guest && !over
          ? html`<a class="btn block" href=${signInUrl()} data-testid="poll-sign-in"
              >Sign in to vote</a
            >`
          : nothing
      }`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-direction: column;
        flex: 0 1 auto;
        min-height: min(9rem, 16dvh);
      }
      :host([folded]) {
        flex: none;
        min-height: 0;
      }
      section {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        align-content: start;
        gap: var(--s-2);
        max-height: min(26rem, 38dvh);
        overflow-y: auto;
        padding: var(--s-1) var(--s-3) var(--s-3);
        border: 1px solid var(--line);
        border-radius: var(--r-m);
        background: var(--surface);
        color: var(--ink);
        box-shadow: var(--shadow-1);
        animation: in var(--calm) var(--ease);
      }
      @keyframes in {
        from {
          transform: translateY(0.75rem);
          opacity: 0;
        }
      }
      header {
        display: flex;
        align-items: center;
        gap: var(--s-2);
        margin-right: calc(-1 * var(--s-2));
        position: sticky;
        top: calc(-1 * var(--s-1));
        z-index: 1;
        background: var(--surface);
      }
      header .btn {
        margin: calc(-1 * var(--s-1)) 0;
      }
      .state {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 var(--s-2);
      }
      h2 {
        font-size: var(--t-l);
      }
      h2.long {
        font-size: var(--t-m);
      }
      h2:focus {
        outline: none;
      }
      #body {
        display: grid;
        gap: var(--s-2);
      }
      .more {
        position: sticky;
        bottom: calc(-1 * var(--s-3));
        display: grid;
        place-items: end center;
        height: 3rem;
        margin: calc(-3rem - var(--s-2)) 0 calc(-1 * var(--s-3));
        padding-bottom: var(--s-1);
        background: linear-gradient(transparent, var(--surface) 70%);
        color: var(--ink-2);
        font-size: var(--t-xs);
        font-weight: var(--w-bold);
        pointer-events: none;
      }
      .more.none {
        visibility: hidden;
      }
      .options {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 8.5rem), 1fr));
        gap: var(--s-2);
      }
      .options .long {
        grid-column: 1 / -1;
      }
      .options .btn {
        min-height: calc(var(--tap) + var(--s-1));
        padding: var(--s-2) var(--s-3);
        border-radius: var(--r-m);
        border-color: var(--accent);
        color: var(--accent-ink);
        overflow-wrap: anywhere;
      }
    `,
  ];
}
customElements.define("ls-poll", LsPoll);
