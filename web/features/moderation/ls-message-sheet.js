// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { limit } from "/web/lib/limit.js";
import { RoomElement } from "/web/lib/room.js";
import { KeepFocus } from "/web/components/keep-focus.js";
import { fields, shared } from "/web/components/styles.js";
import { NOTHING, pick, pickedIn } from "/web/features/chat/picking.js";
import {
  BANS,
  MUTES,
  REASONS,
  act,
  banAndPurge,
  outranked,
  purge,
} from "/web/features/moderation/moderate.js";
import { inForce } from "/web/features/moderation/state.js";
import "/web/components/ls-avatar.js";
import "/web/components/ls-dialog.js";
import "/web/components/ls-slot.js";
import "/web/features/moderation/ls-person-card.js";

/**
 * What a moderator can do about one message, or about one person. Every act closes the sheet and
 * can be undone.
 *
 */
export class LsMessageSheet extends RoomElement {
  static properties = {
    line: { state: true },
    user: { state: true },
    reason: { state: true },
    sure: { state: true },
    length: { state: true },
  };

  constructor() {
    super();
    new KeepFocus(this);
    /** @type {import("/web/lib/protocol.js").ChatLine | null} */
    this.line = null;
    /** @type {import("/web/lib/protocol.js").User | null} */
    this.user = null;
    this.reason = REASONS[0];
    /** The ban was tapped once. */
    this.sure = false;
    /** How long a ban is to last. */
    this.length = BANS[BANS.length - 1];
    this.follow("chat:picked", () => this.#take());
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  willUpdate(changed) {
    if (changed.has("room")) this.#take();
  }

  #take() {
    Object.assign(this, pickedIn(this.room), {
      reason: REASONS[0],
      sure: false,
      length: BANS.at(-1),
    });
  }

  #close() {
    if (this.room) pick(this.room, NOTHING);
  }

  /** @param {string} type @param {Record<string, any>} fields @param {string} done */
  #act(type, fields, done) {
    if (this.room) act(this.room, type, fields, done);
    this.#close();
  }

  render() {
    const user = this.user ?? this.line?.user ?? null;
    return html`<ls-dialog
      heading=${user ? `@${user.handle}` : ""}
      .open=${user !== null}
      @close=${this.#close}
      >${user ? this.#content(user) : nothing}</ls-dialog
    >`;
  }

  /** @param {import("/web/lib/protocol.js").User} user */
  #content(user) {
    const line = this.state?.chat.lines.find((l) => l.id === this.line?.id) ?? this.line;
    const sanctions = inForce(this.state).filter((s) => s.user.id === user.id);
    const muted = sanctions.find((s) => s.kind === "mute");
    const banned = sanctions.find((s) => s.kind === "ban");
    const staff =
      this.state?.staff.some((s) => s.user.id === user.id && s.role !== "") ||
      this.state?.show.host.id === user.id;
    const handle = `@${user.handle}`;
    const me = this.mine?.user.id;
    // What the team has said is the host's to delete, and everybody's own.
    const theirs = staff && me !== user.id && me !== this.state?.show.host.id;
    return html`<div class="row who">
        <ls-avatar .user=${user}></ls-avatar>
        <div class="grow">
          <b dir="auto">${user.name}</b
          >${line ? html`<p class="quote">“${line.text || "message removed"}”</p>` : nothing}
        </div>
      </div>
      <ls-slot place="person" .about=${{ user, done: () => this.#close() }}></ls-slot>
      ${
        line && !theirs
          ? line.deleted
            ? html`<button
                class="btn block"
                data-testid="mod-restore"
                @click=${() => this.#act("restore", { message: line.id }, "Message is back.")}
              >
                ${icon("undo")} Bring the message back
              </button>`
            : html`<button
                class="btn danger block"
                data-testid="mod-delete"
                @click=${() =>
                  this.#act(
                    "delete",
                    { message: line.id, reason: this.reason },
                    "Message removed.",
                  )}
              >
                ${icon("trash")} Delete this message
              </button>`
          : nothing
      }
      ${
        staff
          ? html`<p class="muted small">
              ${handle} is on the show’s staff. Only the host can change that, in the show’s
              settings.
            </p>`
          : this.#sanctions(user, handle, muted, banned)
      }
      <section aria-label="About ${handle}">
        <h3 class="small">About ${handle}</h3>
        <ls-person-card user=${user.id}></ls-person-card>
      </section>`;
  }

  /** @param {string} user @param {string} handle */
  #banAndPurge(user, handle) {
    const { seconds, said } = this.length;
    const fields = { user, reason: this.reason, seconds };
    if (this.room) banAndPurge(this.room, fields, `${handle} is banned ${said}.`);
    this.#close();
  }

  /** @param {string} user */
  #purge(user) {
    if (this.room) purge(this.room, { user, reason: this.reason });
    this.#close();
  }

  /** @param {import("/web/lib/protocol.js").Sanction} sanction */
  #higher({ by }) {
    return outranked(this.state, this.mine?.user.id, by);
  }

  /**
   * @param {import("/web/lib/protocol.js").User} user
   * @param {string} handle
   * @param {import("/web/lib/protocol.js").Sanction | undefined} muted
   * @param {import("/web/lib/protocol.js").Sanction | undefined} banned
   */
  #sanctions(user, handle, muted, banned) {
    return html`<fieldset>
        <legend>Reason <span class="muted">(${handle} sees it)</span></legend>
        <div class="chips">
          ${REASONS.map(
            (r) =>
              html`<button
                class="btn compact"
                type="button"
                aria-pressed=${this.reason === r}
                @click=${() => (this.reason = r)}
              >
                ${r}
              </button>`,
          )}
        </div>
        <input
          dir="auto"
          aria-label="Another reason"
          placeholder="Another reason"
          ${limit(200)}
          data-testid="mod-reason"
          .value=${REASONS.includes(this.reason) ? "" : this.reason}
          @input=${(/** @type {InputEvent} */ e) =>
            (this.reason = /** @type {HTMLInputElement} */ (e.target).value || REASONS[0])}
        />
      </fieldset>
      <fieldset>
        <legend>${icon("mute")} Mute: can read and buy, not chat</legend>
        <div class="mutes">
          ${MUTES.map(
            (m) =>
              html`<button
                class="btn"
                data-testid="mod-mute"
                data-seconds=${m.seconds ?? "show"}
                @click=${() =>
                  this.#act(
                    "mute",
                    { user: user.id, seconds: m.seconds, reason: this.reason },
                    `${handle} is muted ${m.said}.`,
                  )}
              >
                ${m.text}
              </button>`,
          )}
        </div>
        ${
          muted && this.#higher(muted)
            ? html`<p class="muted small">${this.#higher(muted)}</p>`
            : muted
              ? html`<button
                  class="btn block"
                  data-testid="mod-unmute"
                  @click=${() => this.#act("unmute", { user: user.id }, `${handle} can chat again.`)}
                >
                  Unmute ${handle}
                </button>`
              : nothing
        }
      </fieldset>
      <button class="btn danger block" data-testid="mod-purge" @click=${() => this.#purge(user.id)}>
        ${icon("trash")} Remove everything ${handle} said
      </button>
      <fieldset>
        <legend>${icon("ban")} Ban: has to leave the show</legend>
        ${
          banned && this.#higher(banned)
            ? html`<p class="muted small">${this.#higher(banned)}</p>`
            : banned
              ? html`<button
                  class="btn block"
                  data-testid="mod-unban"
                  @click=${() => this.#act("unban", { user: user.id }, `${handle} may come back.`)}
                >
                  Lift the ban
                </button>`
              : this.sure
                ? html`<div class="mutes" role="group" aria-label="For how long">
                      ${BANS.map(
                        (b) =>
                          html`<button
                            class="btn"
                            type="button"
                            data-testid="mod-ban-length"
                            data-seconds=${b.seconds ?? "show"}
                            aria-pressed=${this.length === b}
                            @click=${() => (this.length = b)}
                          >
                            ${b.text}
                          </button>`,
                      )}
                    </div>
                    <button
                      class="btn danger filled block"
                      data-testid="mod-ban-confirm"
                      @click=${() =>
                        this.#act(
                          "ban",
                          { user: user.id, reason: this.reason, seconds: this.length.seconds },
                          `${handle} is banned ${this.length.said}.`,
                        )}
                    >
                      Yes, ban ${handle} from this show
                    </button>
                    <button
                      class="btn danger filled block"
                      data-testid="mod-ban-purge"
                      @click=${() => this.#banAndPurge(user.id, handle)}
                    >
                      Ban, and remove everything they said
                    </button>`
                : html`<button
                    class="btn danger block"
                    data-testid="mod-ban"
                    @click=${() => (this.sure = true)}
                  >
                    Ban ${handle}…
                  </button>`
        }
      </fieldset>`;
  }

  static styles = [
    shared,
    fields,
    css`
      ls-dialog > * + * {
        margin-top: var(--s-4);
      }
      .who {
        align-items: flex-start;
      }
      .quote {
        margin-top: var(--s-1);
        overflow-wrap: anywhere;
      }
      fieldset {
        display: grid;
        gap: var(--s-2);
      }
      legend {
        display: flex;
        align-items: center;
        gap: var(--s-2);
        padding: 0;
        margin-bottom: var(--s-2);
        font-weight: var(--w-bold);
        font-size: var(--t-s);
      }
      legend .muted {
        font-weight: 400;
      }
      .mutes {
        display: grid;
        grid-template-columns: repeat(4, 1fr);
        gap: var(--s-2);
      }
      .mutes .btn {
        padding: 0 var(--s-1);
        font-size: var(--t-s);
      }
    `,
  ];
}
customElements.define("ls-message-sheet", LsMessageSheet);
