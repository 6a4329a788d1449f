// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { RoomElement } from "/web/lib/room.js";
import { untilText } from "/web/lib/when.js";
import { shared } from "/web/components/styles.js";
import { act, outranked } from "/web/features/moderation/moderate.js";
import { inForce } from "/web/features/moderation/state.js";
import "/web/components/ls-avatar.js";
import "/web/components/ls-tabs.js";
import "/web/features/chat/ls-chat-lines.js";
import "/web/features/moderation/ls-mod-log.js";
import "/web/features/moderation/ls-mod-people.js";
import "/web/features/moderation/ls-mod-rules.js";
import "/web/features/moderation/ls-mod-search.js";

/**
 * Everything for moderators in one panel: messages, people, rules, and who did what.
 *
 */
export class LsModPanel extends RoomElement {
  static properties = { tab: { state: true } };

  constructor() {
    super();
    this.tab = "messages";
  }

  render() {
    const { state, room, tab } = this;
    if (!state || !room) return nothing;
    const sanctions = inForce(state);
    return html`<ls-tabs
        label="Moderation"
        panel="panel"
        .value=${tab}
        .tabs=${[
          { id: "messages", text: "Messages" },
          { id: "search", text: "Search" },
          { id: "people", text: "People", count: sanctions.length },
          { id: "rules", text: "Rules" },
          { id: "log", text: "Log" },
        ]}
        @change=${(/** @type {Event} */ e) => (this.tab = /** @type {any} */ (e.target).value)}
      ></ls-tabs>
      <div class="body" id="panel" data-testid="mod-panel" data-tab=${tab}>
        ${this.#body(state, room)}
      </div>`;
  }

  /**
   * @param {import("/web/lib/protocol.js").State} state
   * @param {import("/web/lib/show-client.js").ShowClient} room
   */
  #body(state, room) {
    switch (this.tab) {
      case "messages": {
        const lines = state.chat.lines.filter(
          (l) => l.kind === "message" || l.kind === "announced",
        );
        return html`<p class="muted small hint">
            Tap a message to delete it, or to mute or ban its author.
          </p>
          <ls-chat-lines acting .lines=${lines} .me=${this.mine?.user.handle}></ls-chat-lines>`;
      }
      case "search":
        return html`<ls-mod-search></ls-mod-search>`;
      case "people":
        return html`${this.#sanctions(state, room)}<ls-mod-people></ls-mod-people>`;
      case "rules":
        return html`<ls-mod-rules></ls-mod-rules>`;
      default:
        return html`<ls-mod-log></ls-mod-log>`;
    }
  }

  /**
   * @param {import("/web/lib/protocol.js").State} state
   * @param {import("/web/lib/show-client.js").ShowClient} room
   */
  #sanctions(state, room) {
    const sanctions = inForce(state);
    if (!sanctions.length) return nothing;
    return html`<ul class="sanctions">
      ${sanctions.map((s) => {
        const muted = s.kind === "mute";
        return html`<li data-testid="sanction" data-user=${s.user.handle}>
          <ls-avatar .user=${s.user}></ls-avatar>
          <p class="grow small">
            <b>@${s.user.handle}</b> is ${muted ? "muted" : "banned"} ${untilText(s.until)}<br /><span
              class="muted"
              >${s.reason ? `${s.reason}, ` : ""}by @${s.by?.handle ?? "?"}</span
            >
          </p>
          ${
            outranked(state, this.mine?.user.id, s.by)
              ? nothing
              : html`<button
                  class="btn compact"
                  @click=${() =>
                    act(
                      room,
                      muted ? "unmute" : "unban",
                      { user: s.user.id },
                      `@${s.user.handle} ${muted ? "can chat again" : "may come back"}.`,
                    )}
                >
                  ${muted ? "Unmute" : "Lift"}
                </button>`
          }
        </li>`;
      })}
    </ul>`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: var(--s-3);
        min-height: 0;
      }
      .body {
        flex: 1;
        min-height: 0;
        overflow-y: auto;
        display: flex;
        flex-direction: column;
        gap: var(--s-3);
      }
      .hint {
        padding: 0 var(--s-2);
      }
      ls-chat-lines {
        flex: 1;
        min-height: 12rem;
      }
      .sanctions {
        display: grid;
        gap: var(--s-2);
      }
      .sanctions li {
        display: flex;
        align-items: center;
        gap: var(--s-3);
        padding: var(--s-2) var(--s-3);
        border-radius: var(--r-m);
        background: var(--warn-soft);
        color: var(--warn-ink);
        line-height: 1.35;
      }
      .sanctions .muted {
        color: inherit;
      }
    `,
  ];
}
customElements.define("ls-mod-panel", LsModPanel);
