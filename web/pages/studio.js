// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { session, signInUrl } from "/web/lib/session.js";
import { ShowPageElement } from "/web/lib/show-page.js";
import { itemOf } from "/web/lib/show-state.js";
import { shared } from "/web/components/styles.js";
import "/web/features/run_of_show/ls-add-items.js";
import "/web/features/navigation/ls-app-bar.js";
import "/web/features/broadcast/ls-broadcast.js";
import "/web/features/chat/ls-chat.js";
import "/web/components/ls-dialog.js";
import "/web/components/ls-empty.js";
import "/web/features/moderation/ls-message-sheet.js";
import "/web/features/moderation/ls-mod-panel.js";
import "/web/features/broadcast/ls-obs.js";
import "/web/features/run_of_show/ls-run-item.js";
import "/web/features/run_of_show/ls-run-of-show.js";
import "/web/features/run_of_show/ls-sales.js";
import "/web/components/ls-tabs.js";

/** Where the host runs the show: camera, run of show, chat, sales. */
class LsStudioPage extends ShowPageElement {
  static properties = {
    ...ShowPageElement.properties,
    sheet: { state: true },
    detail: { state: true },
    picked: { state: true },
    pickedUser: { state: true },
    tab: { state: true },
  };

  constructor() {
    super();
    /** Which sheet is open: "", add, obs. */
    this.sheet = "";
    /** Id of the item that is looked after. @type {string | null} */
    this.detail = null;
    /** @type {import("/web/lib/protocol.js").Line | null} */
    this.picked = null;
    /** @type {import("/web/lib/protocol.js").User | null} */
    this.pickedUser = null;
    /** The chosen tab: run (phone only), chat, moderate, sales. */
    this.tab = this.wide ? "chat" : "run";
  }

  connectedCallback() {
    super.connectedCallback();
    session
      .load()
      .then((user) => user ?? location.replace(signInUrl()))
      .catch(() => {});
  }

  updated() {
    if (this.state) document.title = `Studio: ${this.state.show.title} · liveshow`;
    if (this.wide && this.tab === "run") this.tab = "chat";
  }

  /** @param {CustomEvent} event */
  #pick(event) {
    this.picked = event.detail;
    this.pickedUser = event.detail.user;
  }

  /** @param {CustomEvent} event */
  #pickPerson(event) {
    this.picked = null;
    this.pickedUser = event.detail;
  }

  render() {
    const { state, mine } = this;
    if (this.status === "closed" && this.room.reason) {
      return html`<ls-app-bar></ls-app-bar><ls-empty whole icon="info" heading="No such show">There is no show here that you can run.<a slot="action" class="btn primary" href="/new">Make a new one</a></ls-empty>`;
    }
    if (mine && !mine.can.includes("sell")) {
      return html`<ls-app-bar></ls-app-bar><ls-empty whole icon="camera" heading="This is ${state?.show.host.name ?? "somebody"}’s studio">Only the host and co-hosts can run this show.<a slot="action" class="btn primary" href="/shows/${this.room.show}">Watch the show</a></ls-empty>`;
    }
    if (!state || !mine) return html`<ls-app-bar></ls-app-bar><p class="loading muted" role="status">Opening the studio…</p>`;
    return html`<div class="page ${this.wide ? "wide" : "narrow"}">
        <ls-app-bar></ls-app-bar>
        <div class="title" role="region" aria-label="This show">
          <div class="grow"><p class="muted small">Studio</p><h1 class="display clip">${state.show.title}</h1></div>
          <a class="btn quiet compact" href="/shows/${state.show.id}" target="_blank" aria-label="As viewers see it">${icon("eye")}<span>As viewers see it</span></a>
          <a class="btn quiet compact" href="/shows/${state.show.id}/settings" aria-label="Settings of the show">${icon("settings")}<span>Settings</span></a>
        </div>
        ${this.status === "lost" ? html`<p class="lost" role="status" data-testid="reconnecting">Connection lost. Coming back, nothing is missed…</p>` : nothing}
        <main>${this.wide ? this.#columns(state) : this.#narrow(state)}</main>
      </div>
      ${this.#sheets(state)}`;
  }

  /** @param {import("/web/lib/protocol.js").State} state */
  #broadcast(state) {
    return html`<ls-broadcast .show=${state.show} .room=${this.room} .viewers=${this.viewers} @obs=${() => (this.sheet = "obs")}></ls-broadcast>`;
  }

  /** @param {import("/web/lib/protocol.js").State} state */
  #run(state) {
    return html`<ls-run-of-show .state=${state} .room=${this.room} @open=${(/** @type {CustomEvent} */ e) => (this.detail = e.detail)} @add=${() => (this.sheet = "add")}></ls-run-of-show>`;
  }

  /** @param {import("/web/lib/protocol.js").State} state */
  #tabs(state) {
    const tabs = [
      ...(this.wide ? [] : [{ id: "run", text: "Items" }]),
      { id: "chat", text: "Chat" },
      { id: "moderate", text: "Moderate", count: state.sanctions?.length },
      { id: "sales", text: "Sales" },
    ];
    return html`<ls-tabs label="Studio" .tabs=${tabs} .value=${this.tab} @change=${(/** @type {Event} */ e) => (this.tab = /** @type {any} */ (e.target).value)}></ls-tabs>`;
  }

  /** @param {import("/web/lib/protocol.js").State} state */
  #panel(state) {
    const { mine, room } = this;
    switch (this.tab) {
      case "run":
        return this.#run(state);
      case "moderate":
        return html`<ls-mod-panel .state=${state} .mine=${mine} .room=${room} @pick=${this.#pick} @pick-person=${this.#pickPerson}></ls-mod-panel>`;
      case "sales":
        return html`<ls-sales details .state=${state}></ls-sales>`;
      default:
        return html`<ls-chat .state=${state} .mine=${mine} .room=${room} @pick=${this.#pick}></ls-chat>`;
    }
  }

  /** @param {import("/web/lib/protocol.js").State} state */
  #columns(state) {
    return html`<section class="col camera" aria-label="Broadcast">${this.#broadcast(state)}<ls-sales .state=${state}></ls-sales></section>
      <section class="col run" aria-label="Run of show">${this.#run(state)}</section>
      <section class="col side" aria-label="Chat and moderation">${this.#tabs(state)}<div class="panel">${this.#panel(state)}</div></section>`;
  }

  /** @param {import("/web/lib/protocol.js").State} state */
  #narrow(state) {
    return html`${this.#broadcast(state)} ${this.#tabs(state)}
      <div class="panel ${this.tab}">${this.#panel(state)}</div>`;
  }

  /** @param {import("/web/lib/protocol.js").State} state */
  #sheets(state) {
    const { mine, room } = this;
    const item = itemOf(state, this.detail);
    return html`<ls-dialog heading="Add to the show" .open=${this.sheet === "add"} @close=${() => (this.sheet = "")}>
        ${this.sheet === "add" ? html`<ls-add-items .state=${state} .room=${room}></ls-add-items>` : nothing}
      </ls-dialog>
      <ls-dialog heading="Broadcast with OBS" .open=${this.sheet === "obs"} @close=${() => (this.sheet = "")}>
        ${this.sheet === "obs" ? html`<ls-obs .showId=${state.show.id}></ls-obs>` : nothing}
      </ls-dialog>
      <ls-dialog heading=${item?.title ?? "Item"} .open=${item !== null} @close=${() => (this.detail = null)}>
        ${item ? html`<ls-run-item data-testid="run-item-sheet" .item=${item} .state=${state} .mine=${mine} .room=${room} @gone=${() => (this.detail = null)}></ls-run-item>` : nothing}
      </ls-dialog>
      <ls-message-sheet .line=${this.picked} .user=${this.pickedUser} .state=${state} .room=${room} @close=${() => (this.picked = this.pickedUser = null)}></ls-message-sheet>`;
  }

  static styles = [
    shared,
    css`
      .title { display: flex; align-items: center; gap: var(--s-2); padding: var(--s-3) var(--s-4) 0; }
      h1 { font-size: var(--t-xl); }
      .loading { padding: var(--s-7); text-align: center; }
      .lost { margin: var(--s-2) var(--s-4) 0; padding: var(--s-2) var(--s-4); border-radius: var(--r-m); background: var(--warn-soft); color: var(--warn-ink); font-weight: var(--w-bold); font-size: var(--t-s); }
      .panel { min-height: 0; }

      .narrow main { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--s-3); padding: var(--s-3) var(--s-4) var(--s-6); max-width: 40rem; margin: 0 auto; }
      .narrow .title a span { display: none; }
      .narrow h1 { font-size: var(--t-l); }
      .narrow .panel { background: var(--surface); border: 1px solid var(--line); border-radius: var(--r-m); padding: var(--s-2) var(--s-3) var(--s-3); }
      .narrow .panel.chat, .narrow .panel.moderate { display: flex; flex-direction: column; height: 62dvh; padding: var(--s-2); }
      .narrow .panel.chat ls-chat, .narrow .panel.moderate ls-mod-panel { flex: 1; }

      .wide { display: grid; grid-template: auto auto minmax(0, 1fr) / minmax(0, 1fr); height: 100dvh; }
      .wide:has(.lost) { grid-template-rows: auto auto auto minmax(0, 1fr); }
      .wide main { display: grid; grid-template-columns: minmax(22rem, 1.05fr) minmax(24rem, 1fr) minmax(19rem, 0.75fr); gap: var(--s-4); padding: var(--s-3) var(--s-4) var(--s-4); min-height: 0; }
      .col { min-height: 0; border: 1px solid var(--line); border-radius: var(--r-l); background: var(--surface); }
      .camera { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--s-4); align-content: start; padding: var(--s-3); overflow-y: auto; --frame: 1 / 1; }
      .run { overflow-y: auto; padding: 0 var(--s-3) var(--s-3) var(--s-2); }
      .side { display: flex; flex-direction: column; padding-top: var(--s-3); }
      .side > ls-tabs { margin: 0 var(--s-3) var(--s-2); }
      .side .panel { flex: 1; display: flex; flex-direction: column; }
      .side .panel > * { flex: 1; min-height: 0; }
      .side ls-mod-panel, .side ls-sales { padding: 0 var(--s-3) var(--s-3); }
      .side ls-sales { align-content: start; }
    `,
  ];
}
customElements.define("ls-studio-page", LsStudioPage);
