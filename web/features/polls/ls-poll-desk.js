// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { isOnAir } from "/web/lib/show-state.js";
import { KeepFocus } from "/web/components/keep-focus.js";
import { toastError } from "/web/components/ls-toast.js";
import { shared } from "/web/components/styles.js";
import { BARS, votesText } from "/web/features/polls/words.js";
import "/web/components/ls-countdown.js";
import "/web/features/polls/ls-poll-bars.js";
import "/web/features/polls/ls-poll-form.js";

/** @typedef {import("/web/lib/protocol.js").Poll} Poll */

/**
 * Where the team asks, watches the votes come in, and ends the poll.
 *
 * @property {boolean} bare  in a sheet of its own: no frame, and the form is there at once
 * @fires asked  a poll was opened from here
 */
export class LsPollDesk extends RoomElement {
  static properties = {
    bare: { type: Boolean, reflect: true },
    asking: { state: true },
    ending: { state: true },
  };

  constructor() {
    super();
    new KeepFocus(this);
    this.bare = false;
    /** Whether the form is unfolded. */
    this.asking = false;
    this.ending = false;
  }

  /** @param {Poll} poll */
  async #end(poll) {
    this.ending = true;
    try {
      await this.room?.command("end_poll", { poll: poll.id });
    } catch (error) {
      toastError(error);
    } finally {
      this.ending = false;
    }
  }

  #asked() {
    this.asking = false;
    this.dispatchEvent(new Event("asked"));
  }

  render() {
    const { state, show, bare } = this;
    if (!show) return nothing;
    const onAir = isOnAir(show);
    const poll = state?.poll ?? null;
    const open = poll?.closed_at === null;
    const form = onAir && !open && (this.asking || bare);
    return html`<section aria-label="Poll" data-testid="poll-desk">
      ${bare ? nothing : html`<h2 class="heading">${icon(BARS)} Poll</h2>`}
      ${poll && (open || !form) ? this.#watch(poll, open) : nothing}
      ${
        form
          ? html`<ls-poll-form @asked=${this.#asked}></ls-poll-form> ${
                bare
                  ? nothing
                  : html`<button
                      class="btn quiet block"
                      data-testid="poll-cancel"
                      @click=${() => (this.asking = false)}
                    >
                      Not now
                    </button>`
              }`
          : open
            ? nothing
            : this.#invitation(onAir)
      }
    </section>`;
  }

  /** @param {boolean} onAir */
  #invitation(onAir) {
    if (!onAir)
      return html`<p class="muted small">While the show is on air you can ask everybody here.</p>`;
    return html`<button
      class="btn block"
      data-testid="poll-ask"
      @click=${() => (this.asking = true)}
    >
      ${icon("plus")} Ask everybody
    </button>`;
  }

  /** @param {Poll} poll @param {boolean} open */
  #watch(poll, open) {
    const total = poll.counts?.reduce((sum, n) => sum + n, 0) ?? 0;
    const own = this.mine?.vote?.poll === poll.id ? this.mine.vote.option : null;
    return html`<h3 class="display" dir="auto">${poll.question}</h3>
      <ls-poll-bars .options=${poll.options} .counts=${poll.counts} .mine=${own}></ls-poll-bars>
      <div class="row">
        <span class="state grow muted small num"
          >${open ? html`<ls-countdown .until=${poll.until}></ls-countdown>` : "It is over."}<span
            >${votesText(total)}</span
          ></span
        >
        ${
          open
            ? html`<button
                class="btn compact"
                ?disabled=${this.ending}
                data-testid="poll-end"
                @click=${() => this.#end(poll)}
              >
                ${icon("stop")} End now
              </button>`
            : nothing
        }
      </div>`;
  }

  static styles = [
    shared,
    css`
      section {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--s-3);
      }
      :host(:not([bare])) section {
        padding: var(--s-3) var(--s-4);
        border: 1px solid var(--line);
        border-radius: var(--r-m);
        background: var(--surface);
      }
      .state {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-2);
      }
      h3 {
        font-size: var(--t-l);
      }
    `,
  ];
}
customElements.define("ls-poll-desk", LsPollDesk);
