// @ts-check
import { css, html, nothing, repeat } from "/web/vendor/lit.js";
import { get } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { clockOrDayText } from "/web/lib/when.js";
import { explain } from "/web/lib/words.js";
import { shared } from "/web/components/styles.js";
import { undo } from "/web/features/moderation/moderate.js";
import "/web/components/ls-empty.js";

/** @typedef {import("/web/lib/protocol.js").AuditEntry} AuditEntry */

/**
 * Who did what to whom, why and until when; with undo.
 */
export class LsModLog extends RoomElement {
  static properties = { entries: { state: true }, problem: { state: true } };

  constructor() {
    super();
    /** @type {AuditEntry[] | null} */
    this.entries = null;
    this.problem = "";
    this.follow("log", (event) => {
      /** @type {import("/web/lib/protocol.js").ShowEvent[]} */
      const events = event.detail;
      if (events.some(({ type }) => this.room?.features.isAct(type))) this.#load();
    });
  }

  connectedCallback() {
    super.connectedCallback();
    this.#load();
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

  render() {
    const { entries } = this;
    if (this.problem) return html`<p role="alert">${this.problem}</p>`;
    if (!entries) return html`<p class="muted small">Loading…</p>`;
    if (!entries.length)
      return html`<ls-empty icon="shield" heading="All quiet"
        >What moderators do is listed here, with a way back.</ls-empty
      >`;
    return html`<ol>
      ${repeat(
        entries,
        (e) => e.seq,
        (e) => this.#entry(e),
      )}
    </ol>`;
  }

  /** @param {AuditEntry} e */
  #entry(e) {
    const { room } = this;
    if (!room) return nothing;
    const { text } = room.features.act(e.type);
    return html`<li data-testid="audit-entry" data-type=${e.type}>
      <p class="grow small">
        <span class="muted num">${clockOrDayText(e.at)}</span>
        <b>@${e.by?.handle ?? "server"}</b>
        ${text(e)}${e.reason ? html`<span class="muted">, ${e.reason}</span>` : nothing}
      </p>
      ${
        e.undone_by
          ? html`<span class="badge">undone</span>`
          : e.can_undo
            ? html`<button
                class="btn quiet compact"
                data-testid="audit-undo"
                @click=${() => undo(room, e.seq)}
              >
                ${icon("undo")} Undo
              </button>`
            : nothing
      }
    </li>`;
  }

  static styles = [
    shared,
    css`
      li {
        display: flex;
        align-items: center;
        gap: var(--s-2);
        padding: var(--s-2);
        line-height: 1.35;
        min-height: var(--tap);
        overflow-wrap: anywhere;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
    `,
  ];
}
customElements.define("ls-mod-log", LsModLog);
