// @ts-check
import { html, nothing } from "/web/vendor/lit.js";
import { announce } from "/web/lib/a11y.js";
import { icon } from "/web/lib/icons.js";
import { lazy } from "/web/lib/lazy.js";
import { lastTold, news, rememberTold } from "/web/lib/news.js";
import { LOST } from "/web/lib/room.js";
import { isOnAir, itemOf } from "/web/lib/show-state.js";
import { title } from "/web/lib/words.js";
import { shared } from "/web/components/styles.js";
import { ShowPageElement } from "/web/pages/show-page.js";
import { inbox } from "/web/features/inbox/inbox.js";
import { pieces } from "/web/features/claims/offer.js";
import { styles } from "/web/pages/show-styles.js";
import "/web/components/ls-dialog.js";
import "/web/components/ls-empty.js";
import "/web/components/ls-skip.js";
import "/web/components/ls-slot.js";
import "/web/features/accounts/ls-follow.js";
import "/web/features/broadcast/ls-stage.js";
import "/web/features/chat/ls-chat.js";
import "/web/features/claims/ls-claim-result.js";
import "/web/features/claims/ls-item-card.js";
import "/web/features/claims/ls-my-holds.js";
import "/web/features/navigation/ls-app-bar.js";
import "/web/features/running/ls-show-top.js";

/** @typedef {import("/web/lib/protocol.js").Mine} Mine */

// What is not seen at first, and by many never.
const loadDetail = lazy(() => import("/web/features/claims/ls-item-detail.js"));
/** On a phone they are behind a tap. */
const loadItems = lazy(() => import("/web/features/claims/ls-item-list.js"));
const loadTabs = lazy(() => import("/web/components/ls-tabs.js"));
const loadEnded = lazy(() => import("/web/features/running/ls-show-ended.js"));

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
    /**
     * What was wanted of it.
     *
     * @type {import("/web/features/claims/ls-item-detail.js").Wish | null}
     */
    this.wish = null;
    /** What the right column shows: chat, moderate. */
    this.side = "chat";
    this.silent = false;
    this.pinned = "";
    this.room.addEventListener("mine", (event) =>
      this.#notify(/** @type {CustomEvent} */ (event).detail.after),
    );
    // Whoever has an answer to a claim wants to see it.
    this.room.addEventListener("claims:answered", () => {
      this.sheet = "";
      this.detail = null;
    });
    // On a phone there is no bar at the top that hears of other shows.
    inbox.start();
    this.room.addEventListener("claims:open", (event) => {
      this.wish = /** @type {CustomEvent} */ (event).detail;
      this.sheet = "";
      this.detail = this.wish?.item ?? null;
    });
  }

  get #staff() {
    return this.mine?.can.includes("moderate") ?? false;
  }

  willUpdate() {
    // Messages come below the tools, which are tapped in a hurry.
    document.documentElement.toggleAttribute("data-tools", !this.wide);
    if (this.detail) loadDetail();
    if (this.wide || this.sheet === "items") loadItems();
    if (this.wide) loadTabs();
    if (this.state?.show.status === "ended") loadEnded();
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  updated(changed) {
    if (!changed.has("state") || !this.state) return;
    title(this.state.show.title);
    const pinned = this.state.pinned ?? "";
    if (pinned !== this.pinned) {
      this.pinned = pinned;
      const item = itemOf(this.state, pinned);
      if (item) announce(`Showing now: #${item.number} ${item.title}`);
    }
  }

  /**
   * Have features show the notices that were not shown on this device before, oldest first.
   *
   * @param {Mine} mine
   */
  #notify(mine) {
    const { room } = this;
    const seen = lastTold(room.show, mine.user.id);
    const held = new Set(mine.claims.map(({ item }) => item));
    const fresh = news(mine.notices, seen, mine.now, ({ kind, item }) =>
      Boolean(["promoted", "given", "won"].includes(kind) && item && held.has(item.id)),
    );
    rememberTold(room.show, mine.user.id, mine.notices);
    for (const notice of fresh) {
      const item = (room.state && itemOf(room.state, notice.item?.id ?? null)) ?? notice.item;
      room.features.notify({
        notice,
        item,
        name: item ? `#${item.number} ${item.title}` : "an item",
        mine,
        room,
      });
    }
  }

  render() {
    const outside = this.outside();
    if (outside) return outside;
    return html`${this.wide ? this.#wideLayout() : this.#phoneLayout()} ${this.#sheets()}`;
  }

  /** @param {boolean} wide */
  #top(wide) {
    const { state } = this;
    if (!state) return nothing;
    const tools = html`<ls-follow glass .user=${state.show.host}></ls-follow>
      ${
        this.mine?.can.includes("sell")
          ? html`<a
              class="btn glass icon-only"
              href="/shows/${state.show.id}/studio"
              aria-label="Studio"
              data-testid="studio-link"
              >${icon("camera")}</a
            >`
          : nothing
      }
      ${
        this.#staff && !wide
          ? html`<button
              class="btn glass icon-only"
              aria-label="Moderation"
              data-testid="mod-open"
              @click=${() => (this.sheet = "moderate")}
            >
              ${icon("shield")}
            </button>`
          : nothing
      }
      <button
        class="btn glass icon-only"
        ?hidden=${!isOnAir(state.show)}
        aria-label=${this.silent ? "Turn the sound on" : "Turn the sound off"}
        data-testid="sound"
        @click=${() =>
          /** @type {any} */ (this.renderRoot.querySelector("ls-stage"))?.toggleSound()}
      >
        ${icon(this.silent ? "silent" : "sound")}
      </button>
      <ls-slot place="viewer-tools"></ls-slot>`;
    return html`<ls-show-top class="top" ?back=${!wide}>${wide ? tools : nothing}</ls-show-top>
      ${wide ? nothing : html`<div class="tools">${tools}</div>`}`;
  }

  #stage() {
    return html`<ls-stage
      .lost=${this.status === "lost"}
      @sound=${(/** @type {Event} */ e) => (this.silent = /** @type {any} */ (e.target).silent)}
    >
      <ls-show-ended slot="ended"></ls-show-ended>
    </ls-stage>`;
  }

  #lost() {
    const text =
      this.status === "lost"
        ? LOST
        : this.status === "connecting" && this.room.state === null && this.room.reason
          ? "Connecting…"
          : "";
    return text
      ? html`<p class="lost" role="status" data-testid="reconnecting">${text}</p>`
      : nothing;
  }

  #skip() {
    return this.state?.pinned
      ? html`<ls-skip to="ls-item-card" text="Skip to what is shown now"></ls-skip>`
      : nothing;
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
    // Until it is known who looks: what stands below grows upwards with it.
    const ready = state && (this.mine || this.guest);
    const how = `${state && !live ? "quiet" : ""} ${ready ? "" : "waiting"}`;
    return html`<main class="phone ${how}">
      ${this.#skip()}
      <h1 class="sr">${state?.show.title ?? "Show"}</h1>
      ${this.#stage()} ${live ? html`<div class="shade"></div>` : nothing} ${this.#top(false)}
      ${this.#lost()}
      <div class="low">
        <ls-chat overlay>
          <div slot="between" class="between">
            <ls-my-holds></ls-my-holds>
            <ls-slot place="viewer"></ls-slot>
            ${this.#pinnedCard()}
          </div>
          <button
            slot="beside"
            class="btn glass rail"
            aria-label="All items, ${state?.items.length ?? 0}"
            data-testid="items-open"
            @click=${() => (this.sheet = "items")}
          >
            ${icon("hanger")}<b class="num">${state?.items.length ?? ""}</b>
          </button>
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
      ${this.#skip()}
      <ls-app-bar .count=${mine ? pieces(mine.claims) : null}></ls-app-bar>
      <main>
        <h1 class="sr">${state?.show.title ?? "Show"}</h1>
        <aside class="items" aria-label="Items">
          <ls-my-holds></ls-my-holds>
          <ls-slot place="viewer"></ls-slot>
          <ls-item-list
            @open=${(/** @type {CustomEvent} */ e) => (this.detail = e.detail)}
          ></ls-item-list>
        </aside>
        <section class="middle" aria-label="Stream">
          ${this.#stage()} ${live ? html`<div class="shade"></div>` : nothing} ${this.#top(true)}
          ${this.#lost()}
          <div class="card-place">${this.#pinnedCard()}</div>
          <ls-claim-result></ls-claim-result>
        </section>
        <aside class="side" aria-label="Chat">
          ${
            tabs.length > 1
              ? html`<ls-tabs
                  label="Column"
                  panel="panel"
                  .tabs=${tabs}
                  .value=${side}
                  @change=${(/** @type {Event} */ e) =>
                    (this.side = /** @type {any} */ (e.target).value)}
                ></ls-tabs>`
              : html`<h2 class="display">Chat</h2>`
          }
          <div id="panel" class="contents">${this.panel("viewer-tab", side)}</div>
        </aside>
      </main>
    </div>`;
  }

  #sheets() {
    const { state } = this;
    const item = state && itemOf(state, this.detail);
    return html`<ls-dialog
        heading="On the rail"
        .open=${this.sheet === "items" && !this.wide}
        @close=${() => (this.sheet = "")}
      >
        ${
          this.sheet === "items"
            ? html`<ls-item-list
                @open=${(/** @type {CustomEvent} */ e) => (this.detail = e.detail)}
              ></ls-item-list>`
            : nothing
        }
      </ls-dialog>
      <ls-dialog
        heading=${item?.title ?? "Item"}
        .open=${item !== null}
        @close=${() => (this.detail = null)}
      >
        ${
          item && state
            ? html`<ls-item-detail
                data-testid="item-detail"
                .item=${item}
                .wish=${this.wish}
              ></ls-item-detail>`
            : nothing
        }
      </ls-dialog>
      <ls-dialog
        heading="Moderation"
        variant="side"
        .open=${this.sheet === "moderate" && !this.wide}
        @close=${() => (this.sheet = "")}
      >
        ${
          this.sheet === "moderate" && state
            ? html`<div class="sheet">${this.panel("viewer-tab", "moderate")}</div>`
            : nothing
        }
      </ls-dialog>
      <ls-slot place="viewer-overlay"></ls-slot>`;
  }

  static styles = [shared, styles];
}
customElements.define("ls-show-page", LsShowPage);
