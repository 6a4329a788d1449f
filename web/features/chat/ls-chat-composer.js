// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { ApiError, put } from "/web/lib/api.js";
import { draft, keepDraft, write } from "/web/lib/drafts.js";
import { icon } from "/web/lib/icons.js";
import { limit } from "/web/lib/limit.js";
import { RoomElement } from "/web/lib/room.js";
import { whileConnected } from "/web/lib/seen.js";
import { signInUrl } from "/web/lib/session.js";
import { onTick, serverNow } from "/web/lib/time.js";
import { clockOrDayText } from "/web/lib/when.js";
import { explain } from "/web/lib/words.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { shared } from "/web/components/styles.js";
import "/web/components/ls-countdown.js";

/**
 * Where a message is written; says why when it cannot be said.
 *
 * What the server would answer is foretold here: a mute, the wait of slow mode. Nothing is held
 * back for that, because a claim is taken at any time, and only the server knows what is one.
 *
 * @property {boolean} overlay
 */
export class LsChatComposer extends RoomElement {
  static properties = {
    overlay: { type: Boolean, reflect: true },
    sending: { state: true },
    problem: { state: true },
    advice: { state: true },
    wait: { state: true },
    mute: { state: true },
    unfollowed: { state: true },
  };

  constructor() {
    super();
    this.overlay = false;
    this.sending = false;
    this.problem = "";
    /** What the server says about a message that looked like a claim and was none. */
    this.advice = "";
    /** Seconds until slow mode lets the next message through. */
    this.wait = 0;
    /** When one's newest message was said (ms), or when slow mode counts from. */
    this.saidAt = 0;
    /** What keeps one from being heard now. @type {import("/web/lib/protocol.js").Mine["muted"]} */
    this.mute = null;
    /** What `problem` is about: a code of PROTOCOL.md. */
    this.code = "";
    /** @type {import("/web/lib/protocol.js").ChatLine[] | null} */
    this.lines = null;
    /** The server said that one has to follow the host first. */
    this.unfollowed = false;
    whileConnected(this, () => onTick(() => this.#tick()));
  }

  willUpdate() {
    const { mine, state } = this;
    if (mine && state && state.chat.lines !== this.lines) {
      this.lines = state.chat.lines;
      const own = this.lines.findLast((l) => l.kind === "message" && l.user?.id === mine.user.id);
      this.saidAt = Math.max(this.saidAt, own?.at ?? 0);
    }
    this.#tick();
  }

  /** Bring what was foretold in line with the present rules and the present time. */
  #tick() {
    const { mine, state } = this;
    const slow = this.#staff ? 0 : 1000 * (state?.chat.slow_seconds ?? 0);
    this.wait = slow ? Math.max(0, Math.ceil((this.saidAt + slow - serverNow()) / 1000)) : 0;
    const muted = mine?.muted ?? null;
    this.mute = muted && (muted.until === null || muted.until > serverNow()) ? muted : null;
    const mode = state?.chat.mode;
    const gone =
      (this.code === "slow_mode" && !this.wait) ||
      (this.code === "muted" && !this.mute) ||
      (this.code === "newcomer" && !state?.chat.newcomer_minutes) ||
      (this.code === "followers_only" && mode !== "followers") ||
      (this.code === "sellers_only" && mode !== "sellers");
    if (gone) this.#clear();
  }

  #clear() {
    this.problem = this.advice = this.code = "";
    this.unfollowed = false;
  }

  get #input() {
    return /** @type {HTMLInputElement} */ (this.renderRoot.querySelector("input"));
  }

  get #staff() {
    return this.mine?.can.includes("moderate") ?? false;
  }

  /** Why nothing can be written at all, or "". */
  get #closed() {
    const { state } = this;
    if (!state) return this.room?.why || "Connecting…";
    if (state.show.status === "ended") return "The show is over, and so is the chat.";
    return "";
  }

  /** The name of the draft. */
  get #draft() {
    return this.draftName("chat");
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    event.preventDefault();
    const input = this.#input;
    const text = input.value.trim();
    if (!text || this.sending || !this.room) return;
    const name = this.#draft;
    this.sending = true;
    this.#clear();
    // Out of the field and still the draft, until the server has it.
    input.value = "";
    try {
      const answer = await this.room.command("chat", { text });
      this.advice = answer.hint ?? "";
      if (name) keepDraft(name, this.#input?.value ?? "");
      // A comment was a claim: whoever knows about claims takes it from here.
      if (answer.claim)
        this.room.dispatchEvent(
          new CustomEvent("chat:claimed", { detail: { answer: answer.claim } }),
        );
    } catch (error) {
      const field = this.#input;
      // What was typed meanwhile stays, behind what was not said.
      if (field) write(field, [text, field.value].filter(Boolean).join(" "));
      this.problem = explain(error);
      if (error instanceof ApiError) {
        this.code = error.code;
        this.unfollowed = error.code === "followers_only";
        const slow = this.state?.chat.slow_seconds ?? 0;
        if (error.code === "slow_mode" && error.retryAfter !== null)
          this.saidAt = serverNow() + 1000 * (error.retryAfter - slow);
      }
    } finally {
      this.sending = false;
      this.#tick();
      this.updateComplete.then(() => this.#input?.focus());
    }
  }

  async #follow() {
    const host = this.state?.show.host;
    if (!host) return;
    try {
      await put(`/api/users/${host.handle}/follow`);
      this.#clear();
      toast(`You follow ${host.name}. Say hello!`, { tone: "ok" });
    } catch (error) {
      toastError(error);
    }
  }

  #hint() {
    const { state } = this;
    if (!state || this.#staff) return "";
    const modes = /** @type {Record<string, string>} */ ({
      followers: "Followers only",
      sellers: "Sellers only",
    });
    const parts = [
      modes[state.chat.mode],
      state.chat.slow_seconds ? `Slow mode: one message every ${state.chat.slow_seconds} s` : "",
      state.chat.newcomer_minutes ? "new accounts wait a while" : "",
    ].filter(Boolean);
    return parts.join(" · ");
  }

  render() {
    if (this.guest) {
      return html`<a
        class="btn block ${this.overlay ? "glass" : ""}"
        href=${signInUrl()}
        data-testid="chat-sign-in"
        >${icon("chat")} Sign in to chat and claim</a
      >`;
    }
    const closed = this.#closed;
    if (closed)
      return html`<p class="note" role="status" data-testid="chat-closed">
        ${icon("info")}<span>${closed}</span>
      </p>`;
    const urgent = Boolean(this.problem || this.advice);
    const hint = this.problem || this.advice || this.#hint();
    return html`${this.#muted()}
      ${
        hint
          ? html`<p
              class="note ${this.problem ? "problem" : ""}"
              role=${urgent ? "alert" : nothing}
              data-testid="chat-note"
            >
              <span class="grow">${hint}</span>
              ${
                this.unfollowed
                  ? html`<button class="btn compact" type="button" @click=${this.#follow}>
                      Follow ${this.state?.show.host.name}
                    </button>`
                  : nothing
              }
            </p>`
          : nothing
      }
      <form @submit=${this.#send}>
        <input
          dir="auto"
          data-testid="chat-input"
          aria-label="Message"
          ${limit(500)}
          autocomplete="off"
          enterkeyhint="send"
          autocapitalize="sentences"
          ${draft(this.#draft)}
          placeholder=${this.#placeholder()}
        />
        <button
          class="btn icon-only send"
          data-testid="chat-send"
          aria-label="Send"
          ?disabled=${this.sending}
        >
          ${this.wait ? html`<span class="num">${this.wait}</span>` : icon("send")}
        </button>
      </form>`;
  }

  #placeholder() {
    if (this.mute) return "Claims only: “claim 12”";
    if (this.wait) return `In ${this.wait} s; “claim 12” now`;
    return this.#staff ? "Talk to everybody" : "Chat, or “claim 12”";
  }

  /** Why one is not heard, and until when. */
  #muted() {
    const { mute } = this;
    if (!mute) return nothing;
    const { until } = mute;
    const clock =
      until === null ? nothing : html`<ls-countdown bare .until=${until}></ls-countdown>`;
    const end = until === null ? "the show ends" : clockOrDayText(until);
    return html`<p class="note" role="status" tabindex="0" data-testid="chat-muted">
      ${icon("mute")}<span class="grow"
        >You are muted until ${end}${mute.reason ? `: ${mute.reason}` : ""}. You can still claim and
        buy.</span
      >${clock}
    </p>`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: block;
      }
      form {
        display: flex;
        align-items: center;
        gap: var(--s-1);
        padding-right: 2px;
        border: 1.5px solid var(--line-2);
        border-radius: var(--r-full);
        background: var(--surface);
      }
      form:focus-within {
        outline: 3px solid var(--focus);
        border-color: transparent;
      }
      input {
        flex: 1;
        min-width: 0;
        min-height: var(--tap);
        padding: 0 0 0 var(--s-4);
        border: 0;
        background: none;
        outline: none;
      }
      input:focus-visible {
        outline: none;
      }
      input::placeholder {
        color: var(--ink-2);
        opacity: 1;
      }
      .send {
        min-height: 2.5rem;
        min-width: 2.75rem;
        border: 0;
        background: none;
        color: var(--accent-ink);
      }
      .note {
        display: flex;
        align-items: center;
        gap: var(--s-2);
        margin-bottom: var(--s-2);
        padding: var(--s-2) var(--s-3);
        border-radius: var(--r-s);
        background: var(--sunken);
        color: var(--ink-2);
        font-size: var(--t-s);
        line-height: 1.35;
        max-height: 24dvh;
        overflow-y: auto;
      }
      .note.problem {
        background: var(--bad-soft);
        color: var(--bad-ink);
      }
      .note:only-child {
        margin: 0;
        min-height: var(--tap);
      }
      :host([overlay]) form {
        background: rgb(25 16 12 / 0.55);
        border-color: rgb(255 255 255 / 0.55);
        color: #fff;
        backdrop-filter: blur(12px);
      }
      :host([overlay]) input::placeholder {
        color: #f3e6da;
      }
      :host([overlay]) .send {
        color: #ffd2bd;
      }
      :host([overlay]) .send:hover {
        background: rgb(255 255 255 / 0.14);
      }
      .btn.glass {
        background: rgb(25 16 12 / 0.6);
        border-color: rgb(255 255 255 / 0.55);
        color: #fff;
        backdrop-filter: blur(12px);
      }
      .btn.glass:hover {
        background: rgb(25 16 12 / 0.8);
      }
    `,
  ];
}
customElements.define("ls-chat-composer", LsChatComposer);
