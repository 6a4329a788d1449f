// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { announce } from "/web/lib/a11y.js";
import { icon } from "/web/lib/icons.js";
import { ShowPageElement } from "/web/pages/show-page.js";
import { itemOf } from "/web/lib/show-state.js";
import { shared } from "/web/components/styles.js";
import "/web/features/navigation/ls-app-bar.js";
import "/web/features/chat/ls-chat.js";
import "/web/features/claims/ls-claim-result.js";
import "/web/components/ls-dialog.js";
import "/web/components/ls-empty.js";
import "/web/features/accounts/ls-follow.js";
import "/web/features/claims/ls-item-card.js";
import "/web/features/claims/ls-item-detail.js";
import "/web/features/claims/ls-item-list.js";
import "/web/features/moderation/ls-mod-panel.js";
import "/web/features/claims/ls-my-holds.js";
import "/web/features/running/ls-show-ended.js";
import "/web/features/running/ls-show-top.js";
import "/web/features/broadcast/ls-stage.js";
import "/web/components/ls-slot.js";
import "/web/components/ls-tabs.js";

/** @typedef {import("/web/lib/protocol.js").Mine} Mine */

/** @type {Record<string, string>} */
const CLOSED = {
  not_found: "There is no such show. It may have been removed.",
  banned: "You cannot take part in this show.",
  signed_out: "You were signed out. Reload the page to come back.",
};

/** Notices that are older than this are no news for a device that sees them first. */
const NEWS_MS = 10 * 60_000;

/** The page of a show: watch, chat, claim; and moderate, for those who may. */
class LsShowPage extends ShowPageElement {
  static properties = {
    sheet: { state: true },
    detail: { state: true },
    side: { state: true },
    silent: { state: true },
  };

  constructor() {
    super();
    /** Which sheet is open: "", items, moderate. */
    this.sheet = "";
    /** Id of the item whose page is open. @type {string | null} */
    this.detail = null;
    /** What the right column shows: chat, moderate. */
    this.side = "chat";
    this.silent = false;
    this.pinned = "";
    this.room.addEventListener("mine", (event) => this.#notify(/** @type {CustomEvent} */ (event).detail.after));
    // Whoever has an answer to a claim wants to see it.
    this.room.addEventListener("claims:answered", () => {
      this.sheet = "";
      this.detail = null;
    });
  }

  get #staff() {
    return this.mine?.can.includes("moderate") ?? false;
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  updated(changed) {
    if (!changed.has("state") || !this.state) return;
    document.title = `${this.state.show.title} · liveshow`;
    const pinned = this.state.pinned ?? "";
    if (pinned !== this.pinned) {
      this.pinned = pinned;
      const item = itemOf(this.state, pinned);
      if (item) announce(`Showing now: #${item.number} ${item.title}`);
    }
  }

  /** Have features show the notices that were not shown on this device before, oldest first. @param {Mine} mine */
  #notify(mine) {
    const { room } = this;
    const name = `liveshow.notices.${room.show}.${mine.user.id}`;
    const seen = Number(localStorage.getItem(name)) || mine.now - NEWS_MS;
    const news = mine.notices.filter((n) => n.at > seen).sort((a, b) => a.at - b.at);
    const last = news.at(-1);
    if (last) localStorage.setItem(name, String(last.at));
    for (const notice of news) {
      const item = (room.state && itemOf(room.state, notice.item?.id ?? null)) ?? notice.item;
      room.features.notify({ notice, item, name: item ? `#${item.number} ${item.title}` : "an item", mine, room });
    }
  }

  render() {
    if (this.status === "closed" && CLOSED[this.room.reason]) {
      return html`<ls-app-bar></ls-app-bar>
        <ls-empty whole icon="info" heading=${this.room.reason === "not_found" ? "No such show" : "This door is closed"}>
          ${CLOSED[this.room.reason]}<a slot="action" class="btn primary" href="/">See all shows</a>
        </ls-empty>`;
    }
    return html`${this.wide ? this.#wideLayout() : this.#phoneLayout()} ${this.#sheets()}`;
  }

  /** @param {boolean} wide */
  #top(wide) {
    const { state } = this;
    if (!state) return nothing;
    const tools = html`<ls-follow glass .user=${state.show.host}></ls-follow>
      ${this.mine?.can.includes("sell") ? html`<a class="btn glass icon-only" href="/shows/${state.show.id}/studio" aria-label="Studio" data-testid="studio-link">${icon("camera")}</a>` : nothing}
      ${this.#staff && !wide ? html`<button class="btn glass icon-only" aria-label="Moderation" data-testid="mod-open" @click=${() => (this.sheet = "moderate")}>${icon("shield")}</button>` : nothing}
      <button class="btn glass icon-only" ?hidden=${!["live", "interrupted"].includes(state.show.status)} aria-label=${this.silent ? "Turn the sound on" : "Turn the sound off"} data-testid="sound" @click=${() => /** @type {any} */ (this.renderRoot.querySelector("ls-stage"))?.toggleSound()}>
        ${icon(this.silent ? "silent" : "sound")}
      </button>
      <ls-slot place="viewer-tools"></ls-slot>`;
    return html`<ls-show-top class="top" ?back=${!wide}>${wide ? tools : nothing}</ls-show-top>
      ${wide ? nothing : html`<div class="tools">${tools}</div>`}`;
  }

  #stage() {
    return html`<ls-stage .lost=${this.status === "lost"} @sound=${(/** @type {Event} */ e) => (this.silent = /** @type {any} */ (e.target).silent)}>
      <ls-show-ended slot="ended"></ls-show-ended>
    </ls-stage>`;
  }

  #lost() {
    const text = this.status === "lost" ? "Connection lost. Coming back, nothing is missed…" : this.status === "connecting" && this.room.state === null && this.room.reason ? "Connecting…" : "";
    return text ? html`<p class="lost" role="status" data-testid="reconnecting">${text}</p>` : nothing;
  }

  #pinnedCard() {
    const { state } = this;
    const item = state && itemOf(state, state.pinned);
    if (!item || !state) return nothing;
    return html`<ls-item-card .item=${item} @open=${() => (this.detail = item.id)}></ls-item-card>`;
  }

  #phoneLayout() {
    const { state } = this;
    const live = state?.show.status === "live";
    return html`<main class="phone ${state && state.show.status !== "live" ? "quiet" : ""}">
      <h1 class="sr">${state?.show.title ?? "Show"}</h1>
      ${this.#stage()}
      ${live ? html`<div class="shade"></div>` : nothing}
      ${this.#top(false)} ${this.#lost()}
      <div class="low">
        <ls-chat overlay>
          <div slot="between" class="between">
            <ls-my-holds></ls-my-holds>
            <ls-slot place="viewer"></ls-slot>
            ${this.#pinnedCard()}
          </div>
          <button slot="beside" class="btn glass rail" aria-label="All items, ${state?.items.length ?? 0}" data-testid="items-open" @click=${() => (this.sheet = "items")}>${icon("hanger")}<b class="num">${state?.items.length ?? ""}</b></button>
        </ls-chat>
      </div>
      <ls-claim-result></ls-claim-result>
    </main>`;
  }

  #wideLayout() {
    const { state, mine } = this;
    const live = state?.show.status === "live";
    const tabs = this.tabs("viewer-tab");
    const side = tabs.some(({ id }) => id === this.side) ? this.side : "chat";
    return html`<div class="wide">
      <ls-app-bar .count=${mine ? mine.claims.length : null}></ls-app-bar>
      <main>
        <h1 class="sr">${state?.show.title ?? "Show"}</h1>
        <aside class="items" aria-label="Items">
          <ls-my-holds></ls-my-holds>
          <ls-slot place="viewer"></ls-slot>
          <ls-item-list @open=${(/** @type {CustomEvent} */ e) => (this.detail = e.detail)}></ls-item-list>
        </aside>
        <section class="middle" aria-label="Stream">
          ${this.#stage()}
          ${live ? html`<div class="shade"></div>` : nothing}
          ${this.#top(true)} ${this.#lost()}
          <div class="card-place">${this.#pinnedCard()}</div>
          <ls-claim-result></ls-claim-result>
        </section>
        <aside class="side" aria-label="Chat">
          ${tabs.length > 1 ? html`<ls-tabs label="Column" .tabs=${tabs} .value=${side} @change=${(/** @type {Event} */ e) => (this.side = /** @type {any} */ (e.target).value)}></ls-tabs>` : html`<h2 class="display">Chat</h2>`}
          ${this.panel("viewer-tab", side)}
        </aside>
      </main>
    </div>`;
  }

  #sheets() {
    const { state } = this;
    const item = state && itemOf(state, this.detail);
    return html`<ls-dialog heading="On the rail" .open=${this.sheet === "items" && !this.wide} @close=${() => (this.sheet = "")}>
        ${this.sheet === "items" ? html`<ls-item-list @open=${(/** @type {CustomEvent} */ e) => (this.detail = e.detail)}></ls-item-list>` : nothing}
      </ls-dialog>
      <ls-dialog heading=${item?.title ?? "Item"} .open=${item !== null} @close=${() => (this.detail = null)}>
        ${item && state ? html`<ls-item-detail data-testid="item-detail" .item=${item}></ls-item-detail>` : nothing}
      </ls-dialog>
      <ls-dialog heading="Moderation" variant="side" .open=${this.sheet === "moderate" && !this.wide} @close=${() => (this.sheet = "")}>
        ${this.sheet === "moderate" && state ? html`<ls-mod-panel class="sheet"></ls-mod-panel>` : nothing}
      </ls-dialog>
      <ls-slot place="viewer-overlay"></ls-slot>`;
  }

  static styles = [
    shared,
    css`
      .btn.glass { background: rgb(25 16 12 / 0.5); border-color: transparent; color: #fff; backdrop-filter: blur(10px); }
      .btn.glass:hover { background: rgb(25 16 12 / 0.75); }
      .shade { position: absolute; inset: 0; pointer-events: none; background: linear-gradient(rgb(20 10 6 / 0.55), transparent 8rem), linear-gradient(to top, rgb(20 10 6 / 0.78), rgb(20 10 6 / 0.35) 22rem, transparent 30rem); }
      .lost { position: absolute; top: calc(var(--s-3) + env(safe-area-inset-top) + 3.25rem); left: 50%; transform: translateX(-50%); z-index: 4; padding: var(--s-2) var(--s-4); border-radius: var(--r-full); background: var(--warn-soft); color: var(--warn-ink); font-size: var(--t-s); font-weight: var(--w-bold); white-space: nowrap; box-shadow: var(--shadow-2); }

      .phone { position: fixed; inset: 0; height: 100dvh; overflow: hidden; max-width: 40rem; margin: 0 auto; background: #1a100b; box-shadow: 0 0 0 100vmax #1a100b; }
      .phone ls-stage { position: absolute; inset: 0; }
      /* Percentages of a padding are of the width, so the height is spelled out. */
      .phone.quiet { --chat-height: 17dvh; }
      .phone.quiet ls-stage { --low: 50dvh; }
      .phone .top { position: absolute; inset: env(safe-area-inset-top) 0 auto; padding: var(--s-3); z-index: 3; }
      .tools { position: absolute; right: var(--s-3); top: calc(4.25rem + env(safe-area-inset-top)); z-index: 3; display: grid; gap: var(--s-2); }
      .low { position: absolute; inset: auto 0 0; padding: 0 var(--s-3) max(var(--s-3), env(safe-area-inset-bottom)); z-index: 2; }
      .between { display: grid; gap: var(--s-2); margin-top: var(--s-2); }
      .between:empty { display: none; }
      .rail { gap: 0.3rem; padding: 0 var(--s-3); min-height: 2.95rem; border-color: rgb(255 255 255 / 0.55); }
      .sheet { height: min(76dvh, 44rem); }

      /* A phone on its side: the video keeps the left, the rest stands right. */
      @media (max-height: 500px) and (min-width: 600px) {
        .phone { max-width: none; --chat-height: 36dvh; }
        .phone ls-stage { right: min(24rem, 50%); }
        .low { left: auto; width: min(24rem, 50%); padding-left: var(--s-3); }
        .phone .top { right: min(24rem, 50%); }
        .tools { right: calc(min(24rem, 50%) + var(--s-3)); }
        .shade { display: none; }
      }

      .wide { display: grid; grid-template-rows: auto minmax(0, 1fr); height: 100dvh; background: var(--paper); }
      .wide main { display: grid; grid-template-columns: clamp(18rem, 25vw, 23rem) minmax(0, 1fr) clamp(18.5rem, 26vw, 24rem); min-height: 0; }
      .wide aside { display: flex; flex-direction: column; min-height: 0; background: var(--surface); }
      .items { gap: var(--s-3); padding: var(--s-4) var(--s-3) 0; border-right: 1px solid var(--line); }
      .items ls-item-list { flex: 1; min-height: 0; overflow-y: auto; padding-bottom: var(--s-4); }
      .middle { position: relative; display: grid; min-height: 0; min-width: 0; background: #1a100b; }
      .middle ls-stage { --fit: contain; }
      .middle .top { position: absolute; inset: 0 0 auto; padding: var(--s-4); z-index: 3; }
      .card-place { position: absolute; inset: auto var(--s-4) var(--s-5); max-width: 30rem; margin: 0 auto; z-index: 2; }
      .side { border-left: 1px solid var(--line); padding-top: var(--s-3); }
      .side h2 { padding: var(--s-1) var(--s-4) var(--s-2); font-size: var(--t-l); border-bottom: 1px solid var(--line); }
      .side ls-tabs { margin: 0 var(--s-3) var(--s-2); }
      .side ls-chat { flex: 1; }
      .side ls-mod-panel { flex: 1; padding: 0 var(--s-3) var(--s-3); }
    `,
  ];
}
customElements.define("ls-show-page", LsShowPage);
