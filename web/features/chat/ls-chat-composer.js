// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { ApiError, put } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { signInUrl } from "/web/lib/session.js";
import { onTick, serverNow } from "/web/lib/time.js";
import { untilText } from "/web/lib/when.js";
import { explain } from "/web/lib/words.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { shared } from "/web/components/styles.js";

/**
 * Where a message is written; says why when it cannot be.
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
    this.waitUntil = 0;
    /** The server said that one has to follow the host first. */
    this.unfollowed = false;
    /** @type {(() => void) | undefined} */
    this.stop = undefined;
  }

  connectedCallback() {
    super.connectedCallback();
    this.stop = onTick(() => this.#tick());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stop?.();
  }

  #tick() {
    this.wait = Math.max(0, Math.ceil((this.waitUntil - serverNow()) / 1000));
  }

  get #input() {
    return /** @type {HTMLInputElement} */ (this.renderRoot.querySelector("input"));
  }

  get #staff() {
    return this.mine?.can.includes("moderate") ?? false;
  }

  /** Why nothing can be written at all, or "". */
  get #closed() {
    const { state, mine } = this;
    if (!state) return "Connecting…";
    if (state.show.status === "ended") return "The show is over, and so is the chat.";
    if (mine?.muted) {
      const why = mine.muted.reason ? `: ${mine.muted.reason}` : "";
      return `You are muted ${untilText(mine.muted.until)}${why}. You can still claim and buy.`;
    }
    return "";
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    event.preventDefault();
    const input = this.#input;
    const text = input.value.trim();
    if (!text || this.sending || !this.room) return;
    this.sending = true;
    this.problem = this.advice = "";
    this.unfollowed = false;
    input.value = "";
    try {
      const answer = await this.room.command("chat", { text });
      this.advice = answer.hint ?? "";
      const slow = this.state?.chat.slow_seconds ?? 0;
      if (slow && !this.#staff) this.waitUntil = serverNow() + slow * 1000;
      // A comment was a claim: whoever knows about claims takes it from here.
      if (answer.claim)
        this.room.dispatchEvent(
          new CustomEvent("chat:claimed", { detail: { answer: answer.claim, text } }),
        );
    } catch (error) {
      if (!input.value) input.value = text;
      this.problem = explain(error);
      if (error instanceof ApiError) {
        this.unfollowed = error.code === "followers_only";
        if (error.code === "slow_mode")
          this.waitUntil =
            serverNow() +
            1000 * (error.retryAfter ?? error.extra.wait ?? this.state?.chat.slow_seconds ?? 1);
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
      this.unfollowed = false;
      this.problem = "";
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
      state.chat.slow_seconds ? `slow mode: one message every ${state.chat.slow_seconds} s` : "",
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
        ${icon(this.mine?.muted ? "mute" : "info")}<span>${closed}</span>
      </p>`;
    const urgent = Boolean(this.problem || this.advice);
    const hint = this.problem || this.advice || this.#hint();
    return html`${
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
          data-testid="chat-input"
          aria-label="Message"
          maxlength="500"
          autocomplete="off"
          enterkeyhint="send"
          autocapitalize="sentences"
          placeholder=${
            this.wait
              ? `Next message in ${this.wait} s`
              : this.#staff
                ? "Talk to everybody"
                : "Chat, or “claim 12”"
          }
        />
        <button
          class="btn icon-only send"
          data-testid="chat-send"
          aria-label="Send"
          ?disabled=${this.sending || this.wait > 0}
        >
          ${this.wait ? html`<span class="num">${this.wait}</span>` : icon("send")}
        </button>
      </form>`;
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
