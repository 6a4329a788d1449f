// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { draft, takeSent } from "/web/lib/drafts.js";
import { icon } from "/web/lib/icons.js";
import { limit } from "/web/lib/limit.js";
import { RoomElement } from "/web/lib/room.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { fields, shared } from "/web/components/styles.js";
import { act } from "/web/features/moderation/moderate.js";
import { spanText } from "/web/features/moderation/words.js";
import "/web/features/moderation/ls-mod-words.js";

/** Minutes that an account has to be old. */
const WAITS = [0, 10, 60, 1440];
const SLOW = [0, 5, 15, 30, 60];
const MODES = [
  { id: "everyone", text: "Everyone" },
  { id: "followers", text: "Followers" },
  { id: "sellers", text: "Sellers" },
];

/**
 * The rules of the chat: who may write, how often, which words not; and announcements.
 */
export class LsModRules extends RoomElement {
  /** @param {SubmitEvent} event */
  async #announce(event) {
    event.preventDefault();
    const input = /** @type {HTMLInputElement} */ (this.renderRoot.querySelector("#announcement"));
    const text = input.value.trim();
    if (!text) return;
    try {
      await this.room?.command("announce", { text });
      takeSent(input, text);
      toast("Announced to everybody.", { tone: "ok" });
    } catch (error) {
      toastError(error);
    }
  }

  render() {
    const { state, room } = this;
    if (!state || !room) return nothing;
    const { slow_seconds: slow, mode, newcomer_minutes: wait } = state.chat;
    const waits = WAITS.includes(wait) ? WAITS : [...WAITS, wait].sort((a, b) => a - b);
    const slows = SLOW.includes(slow) ? SLOW : [...SLOW, slow].sort((a, b) => a - b);
    return html`<form class="part" @submit=${this.#announce}>
        <h2 class="heading">${icon("megaphone")} Announce</h2>
        <div class="row">
          <input
            dir="auto"
            id="announcement"
            ${limit(300)}
            aria-label="Announcement"
            placeholder="Everybody reads it"
            ${draft(this.draftName("announcement"))}
            data-testid="announce-input"
          /><button class="btn">Send</button>
        </div>
      </form>
      <section class="part">
        <h2 class="heading">${icon("clock")} Slow mode</h2>
        <div class="chips" role="group" aria-label="Slow mode">
          ${slows.map(
            (s) =>
              html`<button
                class="btn compact"
                data-testid="slow"
                data-seconds=${s}
                aria-pressed=${s === slow}
                @click=${() =>
                  s !== slow &&
                  act(
                    room,
                    "slow",
                    { seconds: s },
                    s ? `One message every ${s} s.` : "Slow mode is off.",
                  )}
              >
                ${s ? `${s} s` : "Off"}
              </button>`,
          )}
        </div>
      </section>
      <section class="part">
        <h2 class="heading">${icon("chat")} Who may chat</h2>
        <div class="chips" role="group" aria-label="Who may chat">
          ${MODES.map(
            (m) =>
              html`<button
                class="btn compact"
                data-testid="restrict"
                data-mode=${m.id}
                aria-pressed=${m.id === mode}
                @click=${() =>
                  m.id !== mode &&
                  act(
                    room,
                    "restrict",
                    { mode: m.id },
                    m.id === "everyone" ? "Everyone may chat." : `Only ${m.id} may chat.`,
                  )}
              >
                ${m.text}
              </button>`,
          )}
        </div>
        <h3 class="small">New accounts chat after</h3>
        <div class="chips" role="group" aria-label="New accounts chat after">
          ${waits.map(
            (minutes) =>
              html`<button
                class="btn compact"
                data-testid="brake"
                data-minutes=${minutes}
                aria-pressed=${minutes === wait}
                @click=${() =>
                  minutes !== wait &&
                  act(
                    room,
                    "brake",
                    { minutes },
                    minutes
                      ? `New accounts chat after ${spanText(minutes)}.`
                      : "New accounts may chat at once.",
                  )}
              >
                ${minutes ? spanText(minutes) : "At once"}
              </button>`,
          )}
        </div>
        <p class="muted small">
          Claims and payments stay open for everybody, whatever is chosen here.
        </p>
      </section>
      <ls-mod-words class="part"></ls-mod-words>`;
  }

  static styles = [
    shared,
    fields,
    css`
      :host {
        display: grid;
        gap: var(--s-5);
        padding: var(--s-2);
      }
      .part {
        display: grid;
        gap: var(--s-2);
      }
    `,
  ];
}
customElements.define("ls-mod-rules", LsModRules);
