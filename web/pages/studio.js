// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { LOST } from "/web/lib/room.js";
import { session, signInUrl } from "/web/lib/session.js";
import { isOnAir, itemOf } from "/web/lib/show-state.js";
import { title } from "/web/lib/words.js";
import { shared } from "/web/components/styles.js";
import { ShowPageElement } from "/web/pages/show-page.js";
import { Alerts } from "/web/features/alerts/alerts.js";
import "/web/components/ls-dialog.js";
import "/web/components/ls-empty.js";
import "/web/components/ls-slot.js";
import "/web/components/ls-tabs.js";
import "/web/features/broadcast/ls-broadcast.js";
import "/web/features/broadcast/ls-obs.js";
import "/web/features/checkout/ls-sales.js";
import "/web/features/navigation/ls-app-bar.js";
import "/web/features/run_of_show/ls-add-items.js";
import "/web/features/run_of_show/ls-run-item.js";
import "/web/features/run_of_show/ls-run-of-show.js";

/** Where the host runs the show: camera, run of show, chat, sales. */
class LsStudioPage extends ShowPageElement {
  static properties = {
    sheet: { state: true },
    detail: { state: true },
    tab: { state: true },
  };

  constructor() {
    super();
    /** Which sheet is open: "", add, obs. */
    this.sheet = "";
    /** Id of the item that is looked after. @type {string | null} */
    this.detail = null;
    /** The chosen tab: run (phone only), chat, moderate, sales. */
    this.tab = this.wide ? "chat" : "run";
    this.alerts = new Alerts(this, this.room, {
      open: () => (this.wide ? ["run", this.tab] : [this.tab]),
      show: (tab) => (this.tab = tab),
    });
  }

  connectedCallback() {
    super.connectedCallback();
    session
      .load()
      .then((user) => user ?? location.replace(signInUrl()))
      .catch(() => {});
  }

  updated() {
    if (this.state) title(`Studio: ${this.state.show.title}`);
    if (this.wide && this.tab === "run") this.tab = "chat";
  }

  render() {
    const { state, mine } = this;
    const outside = this.outside();
    if (outside) return outside;
    if (mine && !mine.can.includes("sell")) {
      return html`<ls-app-bar></ls-app-bar>
        <main>
          <ls-empty
            whole
            icon="camera"
            heading="This is ${state?.show.host.name ?? "somebody"}’s studio"
            >Only the host and co-hosts can run this show.<a
              slot="action"
              class="btn primary"
              href="/shows/${this.room.show}"
              >Watch the show</a
            ></ls-empty
          >
        </main>`;
    }
    if (!state || !mine)
      return html`<ls-app-bar></ls-app-bar>
        <p class="loading muted" role="status">Opening the studio…</p>`;
    return html`<div class="page ${this.wide ? "wide" : "narrow"}">
        <ls-app-bar></ls-app-bar>
        <div class="title" role="region" aria-label="This show">
          <div class="grow">
            <p class="muted small">Studio</p>
            <h1 class="display clip" dir="auto">${state.show.title}</h1>
          </div>
          ${this.#sound()}
          <a
            class="btn quiet compact"
            href="/shows/${state.show.id}"
            target="_blank"
            aria-label="As viewers see it"
            >${icon("eye")}<span>As viewers see it</span></a
          >
          <a
            class="btn quiet compact"
            href="/shows/${state.show.id}/settings"
            target=${isOnAir(state.show) ? "_blank" : nothing}
            aria-label="Settings of the show"
            >${icon("settings")}<span>Settings</span></a
          >
        </div>
        ${
          this.status === "lost"
            ? html`<p class="lost" role="status" data-testid="reconnecting">${LOST}</p>`
            : nothing
        }
        <main>${this.wide ? this.#columns() : this.#narrow()}</main>
      </div>
      ${this.#sheets(state)}`;
  }

  get #camera() {
    return (
      /** @type {import("/web/features/broadcast/ls-broadcast.js").LsBroadcast | null} */ (
        this.renderRoot.querySelector("ls-broadcast")
      )?.stream ?? null
    );
  }

  #sound() {
    const { sound } = this.alerts;
    return html`<button
      class="btn quiet compact"
      aria-label="${sound ? "Sound on" : "Sound off"} for claims and mentions: turn it ${sound ? "off" : "on"}"
      data-on=${sound}
      data-testid="alerts-sound"
      @click=${() => this.alerts.setSound(!sound)}
    >
      ${icon(sound ? "sound" : "silent")}<span>${sound ? "Sound on" : "Sound off"}</span>
    </button>`;
  }

  #broadcast() {
    return html`<ls-broadcast
      @obs=${() => (this.sheet = "obs")}
      @add=${() => (this.sheet = "add")}
    ></ls-broadcast>`;
  }

  #run() {
    return html`<ls-run-of-show
      @open=${(/** @type {CustomEvent} */ e) => (this.detail = e.detail)}
      @add=${() => (this.sheet = "add")}
    ></ls-run-of-show>`;
  }

  #tabs() {
    const { fresh } = this.alerts;
    const tabs = [
      ...(this.wide ? [] : [{ id: "run", text: "Items" }]),
      ...this.tabs("studio-tab"),
    ].map((tab) => ({ ...tab, fresh: fresh[tab.id] }));
    return html`<ls-tabs
      label="Studio"
      panel="panel"
      .tabs=${tabs}
      .value=${this.tab}
      @change=${(/** @type {Event} */ e) => (this.tab = /** @type {any} */ (e.target).value)}
    ></ls-tabs>`;
  }

  #panel() {
    return this.tab === "run" ? this.#run() : this.panel("studio-tab", this.tab);
  }

  #columns() {
    return html`<section class="col camera" aria-label="Broadcast">
        ${this.#broadcast()}<ls-sales></ls-sales><ls-slot place="studio"></ls-slot>
      </section>
      <section class="col run" aria-label="Run of show">${this.#run()}</section>
      <section class="col side" aria-label="Chat and moderation">
        ${this.#tabs()}
        <div id="panel" class="panel">${this.#panel()}</div>
      </section>`;
  }

  #narrow() {
    return html`${this.#broadcast()}${this.#tabs()}
      <div id="panel" class="panel ${this.tab}">${this.#panel()}</div>
      <ls-slot place="studio"></ls-slot>`;
  }

  /** @param {import("/web/lib/protocol.js").State} state */
  #sheets(state) {
    const item = itemOf(state, this.detail);
    return html`<ls-dialog
        heading="Add to the show"
        .open=${this.sheet === "add"}
        @close=${() => (this.sheet = "")}
      >
        ${this.sheet === "add" ? html`<ls-add-items .camera=${this.#camera}></ls-add-items>` : nothing}
      </ls-dialog>
      <ls-dialog
        heading="Broadcast with OBS"
        .open=${this.sheet === "obs"}
        @close=${() => (this.sheet = "")}
      >
        ${this.sheet === "obs" ? html`<ls-obs></ls-obs>` : nothing}
      </ls-dialog>
      <ls-dialog
        heading=${item?.title ?? "Item"}
        .open=${item !== null}
        @close=${() => (this.detail = null)}
      >
        ${
          item
            ? html`<ls-run-item
                data-testid="run-item-sheet"
                .item=${item}
                @gone=${() => (this.detail = null)}
              ></ls-run-item>`
            : nothing
        }
      </ls-dialog>
      <ls-slot place="studio-overlay"></ls-slot>`;
  }

  static styles = [
    shared,
    css`
      .title {
        display: flex;
        align-items: center;
        gap: var(--s-2);
        padding: var(--s-3) var(--s-4) 0;
      }
      h1 {
        font-size: var(--t-xl);
      }
      .loading {
        padding: var(--s-7);
        text-align: center;
      }
      .lost {
        margin: var(--s-2) var(--s-4) 0;
        padding: var(--s-2) var(--s-4);
        border-radius: var(--r-m);
        background: var(--warn-soft);
        color: var(--warn-ink);
        font-weight: var(--w-bold);
        font-size: var(--t-s);
      }
      .panel {
        min-height: 0;
      }

      .narrow main {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--s-3);
        padding: var(--s-3) var(--s-4) var(--s-6);
        max-width: 40rem;
        margin: 0 auto;
      }
      .narrow .title span {
        display: none;
      }
      .narrow h1 {
        font-size: var(--t-l);
      }
      .narrow .panel {
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: var(--r-m);
        padding: var(--s-2) var(--s-3) var(--s-3);
      }
      .narrow .panel.chat,
      .narrow .panel.moderate {
        display: flex;
        flex-direction: column;
        height: 62dvh;
        padding: var(--s-2);
      }
      .narrow .panel.chat ls-chat,
      .narrow .panel.moderate ls-mod-panel {
        flex: 1;
      }
      /* A phone on its side: the camera and its buttons stay, the rest lies beside them. */
      @media (orientation: landscape) and (max-height: 500px) {
        .narrow .title {
          padding-top: 0;
        }
        .narrow .title p {
          display: none;
        }
        .narrow main {
          grid-template-columns: minmax(15rem, 0.9fr) minmax(0, 1fr);
          grid-template-rows: auto auto 1fr;
          max-width: none;
          padding-top: var(--s-1);
        }
        .narrow ls-broadcast {
          grid-row: 1 / -1;
          position: sticky;
          top: calc(var(--bar) + var(--s-1));
          --above: calc(var(--bar) + var(--tap) + 5rem);
        }
        .narrow ls-tabs {
          grid-column: 2;
          grid-row: 1;
        }
        .narrow .panel {
          grid-column: 2;
        }
        .narrow ls-slot {
          grid-column: 2;
        }
        .narrow .panel.chat,
        .narrow .panel.moderate {
          height: calc(100dvh - var(--bar) - 2 * var(--tap) - 2rem);
        }
      }

      .wide {
        display: grid;
        grid-template: auto auto minmax(0, 1fr) / minmax(0, 1fr);
        height: 100dvh;
      }
      .wide:has(.lost) {
        grid-template-rows: auto auto auto minmax(0, 1fr);
      }
      .wide main {
        display: grid;
        grid-template-columns: minmax(22rem, 1.05fr) minmax(24rem, 1fr) minmax(19rem, 0.75fr);
        gap: var(--s-4);
        padding: var(--s-3) var(--s-4) var(--s-4);
        min-height: 0;
      }
      .col {
        min-height: 0;
        border: 1px solid var(--line);
        border-radius: var(--r-l);
        background: var(--surface);
      }
      .camera {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--s-4);
        align-content: start;
        padding: var(--s-3);
        overflow-y: auto;
        --frame: 1 / 1;
      }
      .run {
        overflow-y: auto;
        padding: 0 var(--s-3) var(--s-3) var(--s-2);
      }
      .side {
        display: flex;
        flex-direction: column;
        padding-top: var(--s-3);
      }
      .side > ls-tabs {
        margin: 0 var(--s-3) var(--s-2);
      }
      .side .panel {
        flex: 1;
        display: flex;
        flex-direction: column;
      }
      .side .panel > * {
        flex: 1;
        min-height: 0;
      }
      .side ls-mod-panel,
      .side ls-sales {
        padding: 0 var(--s-3) var(--s-3);
      }
      .side ls-sales {
        align-content: start;
      }
    `,
  ];
}
customElements.define("ls-studio-page", LsStudioPage);
