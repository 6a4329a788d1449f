// @ts-check
import { css, html } from "/web/vendor/lit.js";
import { get } from "/web/lib/api.js";
import { RoomElement } from "/web/lib/room.js";
import { agoText, dateTimeText } from "/web/lib/time.js";
import { explain } from "/web/lib/words.js";
import { shared } from "/web/components/styles.js";
import "/web/features/moderation/ls-mod-search.js";

/** @typedef {import("/web/lib/protocol.js").Dossier} Dossier */

/**
 * What the team may know of one person before it acts: since when they are here, what they did in
 * this show, what was done to them in shows of this host, and what they said.
 *
 * @property {string} user  their id
 */
export class LsPersonCard extends RoomElement {
  static properties = { user: {}, known: { state: true }, problem: { state: true } };

  constructor() {
    super();
    this.user = "";
    /** @type {Dossier | null} */
    this.known = null;
    this.problem = "";
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  willUpdate(changed) {
    if (changed.has("user") || changed.has("room")) this.#load();
  }

  async #load() {
    const { room, user } = this;
    this.known = null;
    if (!room || !user) return;
    try {
      const known = await get(`/api/shows/${room.show}/people/${user}`);
      if (user === this.user) this.known = known;
    } catch (error) {
      this.problem = explain(error);
    }
  }

  render() {
    const { known, problem } = this;
    if (problem) return html`<p role="alert" class="failed">${problem}</p>`;
    if (!known) return html`<p class="muted small">Looking them up…</p>`;
    const { held, paid, lapsed } = known.claims;
    const facts = [
      `account made ${agoText(known.created_at)}`,
      known.said === 1 ? "1 message in this show" : `${known.said} messages in this show`,
      paid ? `${paid} bought` : "",
      held ? `${held} held now` : "",
      lapsed ? `${lapsed} let go` : "",
    ];
    return html`<p class="small" data-testid="person-facts">${facts.filter(Boolean).join(" · ")}</p>
      ${
        known.sanctions.length
          ? html`<ul data-testid="person-sanctions">
              ${known.sanctions.map((each) => this.#sanction(each))}
            </ul>`
          : html`<p class="muted small">Never muted or banned in shows of this host.</p>`
      }
      <details>
        <summary data-testid="person-lines">What they said</summary>
        <ls-mod-search user=${this.user}></ls-mod-search>
      </details>`;
  }

  /** @param {Dossier["sanctions"][number]} each */
  #sanction({ kind, show, at, until, reason, by, ended_at: ended }) {
    const what = kind === "ban" ? "Banned" : "Muted";
    const here = show.id === this.room?.show ? "" : ` in “${show.title}”`;
    const end = ended ? "over" : until ? `until ${dateTimeText(until)}` : "for the whole show";
    return html`<li class="small">
      <b>${what}</b>${here}, ${dateTimeText(at)}, by @${by.handle}:
      <span dir="auto">${reason}</span>
      <span class="muted">(${end})</span>
    </li>`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: var(--s-2);
        overflow-wrap: anywhere;
      }
      ul {
        display: grid;
        gap: var(--s-1);
      }
      summary {
        display: flex;
        align-items: center;
        min-height: var(--tap);
        font-size: var(--t-s);
        font-weight: var(--w-bold);
        cursor: pointer;
      }
    `,
  ];
}
customElements.define("ls-person-card", LsPersonCard);
