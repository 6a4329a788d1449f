// @ts-check
import { LitElement, css, html, nothing, repeat } from "/web/vendor/lit.js";
import { get } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { undo } from "/web/features/moderation/moderate.js";
import { timeText } from "/web/lib/time.js";
import { explain } from "/web/lib/words.js";
import { shared } from "/web/components/styles.js";
import "/web/components/ls-empty.js";

/** @typedef {import("/web/lib/protocol.js").AuditEntry} AuditEntry */

const UNDOABLE = ["user.muted", "user.unmuted", "user.banned", "user.unbanned", "chat.deleted", "chat.restored", "chat.slowed", "chat.restricted", "chat.words_set"];

/** What became of the list of blocked words. @param {{words?: string[], was?: string[]}} change */
function wordsText({ words = [], was = [] }) {
  const quoted = (/** @type {string[]} */ list) => list.map((w) => `“${w}”`).join(", ");
  const added = words.filter((w) => !was.includes(w));
  const removed = was.filter((w) => !words.includes(w));
  const parts = [added.length ? `blocked ${quoted(added)}` : "", removed.length ? `allowed ${quoted(removed)}` : ""];
  return parts.filter(Boolean).join(" and ") || "looked through the blocked words";
}

/**
 * Who did what to whom, why and until when; with undo.
 *
 * @property {import("/web/lib/show-client.js").ShowClient} room
 * @property {import("/web/lib/protocol.js").State} state
 */
export class LsModLog extends LitElement {
  static properties = { room: { attribute: false }, state: { attribute: false }, entries: { state: true }, problem: { state: true } };

  constructor() {
    super();
    /** @type {import("/web/lib/show-client.js").ShowClient | null} */
    this.room = null;
    /** @type {import("/web/lib/protocol.js").State | null} */
    this.state = null;
    /** @type {AuditEntry[] | null} */
    this.entries = null;
    this.problem = "";
    /** @param {Event} event */
    this.onLog = (event) => {
      const events = /** @type {CustomEvent} */ (event).detail;
      if (events.some((/** @type {import("/web/lib/protocol.js").ShowEvent} */ e) => e.type.startsWith("user.") || (e.type.startsWith("chat.") && e.type !== "chat.said"))) this.#load();
    };
  }

  connectedCallback() {
    super.connectedCallback();
    this.updateComplete.then(() => {
      this.room?.addEventListener("log", this.onLog);
      this.#load();
    });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.room?.removeEventListener("log", this.onLog);
  }

  async #load() {
    try {
      const answer = await get(`/api/shows/${this.room?.show}/audit`);
      this.entries = Array.isArray(answer) ? answer : answer.items;
      this.problem = "";
    } catch (error) {
      this.problem = explain(error);
    }
  }

  /** @param {AuditEntry} e */
  #what(e) {
    const who = e.user ? `@${e.user.handle}` : "";
    const until = e.until ? ` until ${timeText(e.until)}` : " for the whole show";
    const message = e.message ? `: “${e.message}”` : "";
    const change = e.change ?? {};
    switch (e.type) {
      case "user.muted":
        return `muted ${who}${until}`;
      case "user.unmuted":
        return `let ${who} chat again`;
      case "user.banned":
        return `banned ${who}${until}`;
      case "user.unbanned":
        return `lifted the ban of ${who}`;
      case "chat.deleted":
        return `removed a message${who ? ` of ${who}` : ""}${message}`;
      case "chat.restored":
        return `brought a message${who ? ` of ${who}` : ""} back${message}`;
      case "chat.slowed":
        return change.seconds ? `set slow mode to ${change.seconds} s` : "turned slow mode off";
      case "chat.restricted":
        return change.mode === "everyone" ? "let everyone chat" : `let only ${change.mode} chat`;
      case "chat.words_set":
        return wordsText(change);
      case "chat.announced":
        return `announced${message}`;
      default:
        return e.type;
    }
  }

  render() {
    const { entries } = this;
    if (this.problem) return html`<p role="alert">${this.problem}</p>`;
    if (!entries) return html`<p class="muted small">Loading…</p>`;
    if (!entries.length) return html`<ls-empty icon="shield" heading="All quiet">What moderators do is listed here, with a way back.</ls-empty>`;
    return html`<ol>
      ${repeat(
        entries,
        (e) => e.seq,
        (e) => html`<li data-testid="audit-entry" data-type=${e.type}>
          <p class="grow small"><span class="muted num">${timeText(e.at)}</span> <b>@${e.by?.handle ?? "server"}</b> ${this.#what(e)}${e.reason ? html`<span class="muted">, ${e.reason}</span>` : nothing}</p>
          ${e.undone_by
            ? html`<span class="badge">undone</span>`
            : UNDOABLE.includes(e.type)
              ? html`<button class="btn quiet compact" data-testid="audit-undo" @click=${() => this.room && undo(this.room, e.seq)}>${icon("undo")} Undo</button>`
              : nothing}
        </li>`,
      )}
    </ol>`;
  }

  static styles = [
    shared,
    css`
      li { display: flex; align-items: center; gap: var(--s-2); padding: var(--s-2); line-height: 1.35; min-height: var(--tap); overflow-wrap: anywhere; }
      li + li { border-top: 1px solid var(--line); }
    `,
  ];
}
customElements.define("ls-mod-log", LsModLog);
