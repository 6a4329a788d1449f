// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { get } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { RoomPage } from "/web/lib/room.js";
import { requireUser } from "/web/lib/session.js";
import { whenAndHowLongText } from "/web/lib/when.js";
import { explain, title } from "/web/lib/words.js";
import { page } from "/web/components/page-styles.js";
import { shared } from "/web/components/styles.js";
import { features } from "/web/features/index.js";
import "/web/components/ls-dialog.js";
import "/web/components/ls-empty.js";
import "/web/components/ls-slot.js";
import "/web/features/broadcast/ls-obs.js";
import "/web/features/lending/ls-borrow.js";
import "/web/features/moderation/ls-mod-log.js";
import "/web/features/moderation/ls-mod-rules.js";
import "/web/features/navigation/ls-app-bar.js";
import "/web/features/run_of_show/ls-add-items.js";
import "/web/features/run_of_show/ls-run-item.js";
import "/web/features/run_of_show/ls-run-of-show.js";
import "/web/features/running/ls-settings-about.js";
import "/web/features/running/ls-settings-rules.js";
import "/web/features/running/ls-team.js";

/** @typedef {import("/web/lib/protocol.js").State} State */

const PARTS = [
  { id: "about", text: "About" },
  { id: "run", text: "Run of show" },
  { id: "lent", text: "Lent pieces" },
  { id: "rules", text: "Rules" },
  { id: "team", text: "Team" },
  { id: "chat", text: "Chat" },
  { id: "stream", text: "OBS" },
  { id: "audit", text: "Log" },
];

/** @type {Record<string, {text: string, tone: string}>} */
const STATUS = {
  draft: { text: "Draft", tone: "" },
  scheduled: { text: "Scheduled", tone: "accent" },
  live: { text: "Live", tone: "live" },
  interrupted: { text: "Interrupted", tone: "warn" },
  ended: { text: "Ended", tone: "" },
};

/** Everything about a show that is set up before it starts, and can be changed while it runs. */
class LsSettingsPage extends RoomPage {
  static properties = {
    roles: { state: true },
    allowed: { state: true },
    problem: { state: true },
    adding: { state: true },
    opened: { state: true },
  };

  constructor() {
    super(features);
    this.first = true;
    /** @type {string[]} */
    this.roles = [];
    this.allowed = false;
    this.problem = "";
    this.adding = false;
    /** Id of the item that is being looked after. */
    this.opened = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.#load();
  }

  async #load() {
    try {
      this.problem = "";
      await requireUser();
      const { show, roles, can } = await get(`/api/shows/${encodeURIComponent(this.room.show)}`);
      title(`Settings: ${show.title}`);
      this.roles = roles;
      this.allowed = can.includes("direct");
      if (this.allowed) this.room.open();
      else this.problem = "Only the host and co-hosts can change this show.";
    } catch (error) {
      this.problem = explain(error);
    }
  }

  roomChanged() {
    const out = this.status === "closed" || this.status === "refused";
    if (out && this.room.reason)
      this.problem = this.room.why || "The connection to the show was closed. Reload the page.";
    else if (this.status === "open") this.problem = "";
    if (this.first && this.state && location.hash)
      this.updateComplete.then(() =>
        this.renderRoot.querySelector(location.hash)?.scrollIntoView(),
      );
    this.first = this.state === null;
  }

  /** @param {MouseEvent} event @param {string} id */
  #jump(event, id) {
    event.preventDefault();
    history.replaceState(history.state, "", `#${id}`);
    const part = /** @type {HTMLElement | null} */ (this.renderRoot.querySelector(`#${id}`));
    part?.scrollIntoView({ behavior: "smooth" });
    part?.focus({ preventScroll: true });
  }

  render() {
    return html`<ls-app-bar current=""></ls-app-bar>
      <main>
        ${
          this.problem
            ? this.#failed()
            : this.state
              ? this.#settings(this.state)
              : html`<div class="wait" role="status">Opening the show…</div>`
        }
      </main>
      ${this.state ? this.#sheets(this.state) : nothing}`;
  }

  #failed() {
    return html`<ls-empty whole icon="alert" heading="These settings cannot be opened"
      >${this.problem}
      <a class="btn primary" slot="action" href="/shows/${this.room.show}">To the show</a>
    </ls-empty>`;
  }

  /** @param {State} state */
  #settings(state) {
    const { show } = state;
    const status = STATUS[show.status];
    const host = this.roles.includes("host");
    return html`<header class="head">
        <div class="grow">
          <p>
            <span class="badge ${status.tone}" data-testid="show-status" data-status=${show.status}
              >${status.text}</span
            >
            ${
              show.status === "scheduled" && show.scheduled_at
                ? html`<span class="muted small">${whenAndHowLongText(show.scheduled_at)}</span>`
                : nothing
            }
          </p>
          <h1 class="display" dir="auto">${show.title}</h1>
        </div>
        <div class="actions">
          <a class="btn" href="/shows/${show.id}" data-testid="to-show">${icon("eye")} See it</a>
          <a class="btn primary" href="/shows/${show.id}/studio" data-testid="to-studio"
            >${icon("camera")} Studio</a
          >
        </div>
      </header>
      ${
        this.status === "lost"
          ? html`<p class="note warn" role="status">
              ${icon("alert")}<span
                >Connection lost, coming back. What you change is sent then.</span
              >
            </p>`
          : nothing
      }
      <div class="columns">
        <nav aria-label="Settings">
          ${PARTS.map(
            (p) =>
              html`<a href="#${p.id}" @click=${(/** @type {MouseEvent} */ e) => this.#jump(e, p.id)}
                >${p.text}</a
              >`,
          )}
        </nav>
        <div class="parts">
          ${this.#part("about", "About the show", html`<ls-settings-about></ls-settings-about>`)}
          ${this.#part(
            "run",
            "",
            html`<ls-run-of-show
              @add=${() => (this.adding = true)}
              @open=${(/** @type {any} */ e) => (this.opened = e.detail)}
            ></ls-run-of-show>`,
          )}
          ${this.#part(
            "lent",
            "Pieces lent by others",
            html`<ls-borrow show=${show.id} ?host=${host}></ls-borrow>`,
          )}
          ${this.#part("rules", "Rules for buyers", html`<ls-settings-rules></ls-settings-rules>`)}
          ${this.#part("team", "Team", html`<ls-team ?host=${host}></ls-team>`)}
          ${this.#part("chat", "Chat", html`<ls-mod-rules class="flush"></ls-mod-rules>`)}
          ${this.#part(
            "stream",
            "Broadcast with OBS",
            host
              ? html`<ls-obs></ls-obs>`
              : html`<p class="muted">
                  Only the host can make a stream key. You can broadcast from the studio with your
                  own account.
                </p>`,
          )}
          ${this.#part(
            "audit",
            "Who did what",
            html`<div class="log"><ls-mod-log></ls-mod-log></div>`,
          )}
          <ls-slot place="settings"></ls-slot>
        </div>
      </div>`;
  }

  /** @param {string} id @param {string} heading @param {unknown} content */
  #part(id, heading, content) {
    return html`<section
      id=${id}
      class="panel"
      tabindex="-1"
      aria-label=${heading || "Run of show"}
      data-testid="part-${id}"
    >
      ${heading ? html`<h2 class="display">${heading}</h2>` : nothing}${content}
    </section>`;
  }

  /** @param {State} state */
  #sheets(state) {
    const item = state.items.find((i) => i.id === this.opened);
    return html`<ls-dialog
        ?open=${this.adding}
        variant="side"
        heading="Add pieces"
        @close=${() => (this.adding = false)}
      >
        ${this.adding ? html`<ls-add-items></ls-add-items>` : nothing}
      </ls-dialog>
      <ls-dialog
        ?open=${Boolean(item)}
        variant="side"
        heading=${item ? `No. ${item.number}` : ""}
        @close=${() => (this.opened = "")}
      >
        ${
          item
            ? html`<ls-run-item .item=${item} @gone=${() => (this.opened = "")}></ls-run-item>`
            : nothing
        }
      </ls-dialog>`;
  }

  static styles = [
    shared,
    page,
    css`
      .head {
        display: grid;
        gap: var(--s-4);
      }
      .head p {
        margin-bottom: var(--s-1);
      }
      h1 {
        overflow-wrap: anywhere;
      }
      .columns {
        display: grid;
        gap: var(--s-5);
        grid-template-columns: minmax(0, 1fr);
      }
      nav {
        display: flex;
        flex-wrap: wrap;
        gap: var(--s-1);
      }
      nav a {
        display: inline-flex;
        align-items: center;
        min-height: var(--tap);
        padding: 0 var(--s-4);
        border-radius: var(--r-full);
        background: var(--sunken);
        color: var(--ink);
        font-weight: var(--w-bold);
        font-size: var(--t-s);
        text-decoration: none;
        white-space: nowrap;
      }
      nav a:hover {
        background: var(--line);
      }
      .parts {
        display: grid;
        gap: var(--s-5);
        grid-template-columns: minmax(0, 1fr);
      }
      .panel {
        scroll-margin-top: calc(var(--bar) + var(--s-3));
      }
      .panel:focus {
        outline: none;
      }
      .flush {
        padding: 0;
      }
      .log {
        max-height: 26rem;
        overflow: auto;
      }
      .actions .btn {
        flex: 1 1 auto;
      }
      form .actions .btn {
        flex: none;
      }
      @media (min-width: 700px) {
        .head {
          grid-template-columns: minmax(0, 1fr) auto;
        }
      }
      @media (min-width: 900px) {
        .columns {
          grid-template-columns: 11rem minmax(0, 1fr);
          gap: var(--s-6);
        }
        nav {
          flex-flow: column;
          align-self: start;
          position: sticky;
          top: calc(var(--bar) + var(--s-4));
        }
        nav a {
          background: none;
          color: var(--ink-2);
        }
        nav a:hover {
          background: var(--sunken);
          color: var(--ink);
        }
        .parts {
          max-width: 46rem;
        }
        .panel {
          scroll-margin-top: calc(var(--bar) + var(--s-4));
        }
      }
    `,
  ];
}
customElements.define("ls-settings-page", LsSettingsPage);
