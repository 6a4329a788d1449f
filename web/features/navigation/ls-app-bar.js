// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { session, signInUrl } from "/web/lib/session.js";
import { toastError } from "/web/components/ls-toast.js";
import { shared } from "/web/components/styles.js";
import { inbox } from "/web/features/inbox/inbox.js";
import "/web/components/ls-avatar.js";
import "/web/components/ls-skip.js";
import "/web/features/inbox/ls-held-bar.js";

/**
 * The bar at the top of every page: brand, places to go, cart, and who is signed in.
 *
 * @property {string} current  path of the page that is open, such as `/closet`
 * @property {number | null} count  pieces in the cart, when the page knows better than the server's
 *   last answer
 */
export class LsAppBar extends LitElement {
  static properties = {
    current: {},
    count: { type: Number },
    user: { state: true },
  };

  constructor() {
    super();
    this.current = location.pathname;
    /** @type {number | null} */
    this.count = null;
    /** @type {import("/web/lib/protocol.js").User | null | undefined} */
    this.user = session.user;
    this.onChange = () => this.#changed();
  }

  connectedCallback() {
    super.connectedCallback();
    session.addEventListener("change", this.onChange);
    inbox.addEventListener("change", this.onChange);
    inbox.start();
    session.load().catch(() => (this.user = null));
    if (session.user !== undefined) this.#changed();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    session.removeEventListener("change", this.onChange);
    inbox.removeEventListener("change", this.onChange);
  }

  #changed() {
    this.user = session.user;
    this.requestUpdate();
  }

  async #signOut() {
    try {
      await session.signOut();
      location.assign("/");
    } catch (error) {
      toastError(error);
    }
  }

  /** @param {string} path @param {string} text */
  #link(path, text) {
    return html`<a class="nav" href=${path} aria-current=${this.current === path ? "page" : nothing}
      >${text}</a
    >`;
  }

  render() {
    const count = this.count ?? inbox.pieces;
    return html`<ls-skip></ls-skip>
      <header>
        <a class="brand" href="/" aria-label="liveshow, all shows"
          ><span class="dot"></span>live<em>show</em></a
        >
        <nav aria-label="Main">
          ${this.#link("/", "Shows")}${
            this.user
              ? html`${this.#link("/closet", "Closet")}${this.#link("/orders", "Orders")}`
              : nothing
          }
        </nav>
        <span class="grow"></span>
        ${
          this.user
            ? html`<a class="btn compact go" href="/new" aria-label="Host a show"
                >${icon("camera")}<span>Host a show</span></a
              >`
            : nothing
        }
        ${
          this.user
            ? html`<a
                class="btn quiet icon-only bag"
                href="/cart"
                aria-label="Cart, ${count} ${count === 1 ? "piece" : "pieces"}"
                data-testid="cart-link"
                >${icon("bag")}${count ? html`<b data-testid="cart-count">${count}</b>` : nothing}</a
              >`
            : nothing
        }
        ${
          this.user === undefined
            ? html`<span class="btn quiet icon-only"></span>`
            : this.user
              ? this.#menu(this.user)
              : location.pathname === "/signin"
                ? nothing
                : html`<a class="btn primary compact" href=${signInUrl()} data-testid="sign-in-link"
                    >Sign in</a
                  >`
        }
      </header>
      <ls-held-bar></ls-held-bar>`;
  }

  /** How much there is to see in the menu, as a badge. */
  #news() {
    const news = inbox.lending + inbox.orders.length;
    return news
      ? html`<b class="news" data-testid="news-count"
          >${news}<span class="sr"> new in this menu</span></b
        >`
      : nothing;
  }

  #orders() {
    const news = inbox.orders;
    const sold = news.length > 0 && news.every(({ role }) => role !== "buyer");
    return html`<a href=${sold ? "/orders#sold" : "/orders"} data-testid="orders-link"
      >${icon("box")} Orders${news.length ? html` <b>· ${news.length} new</b>` : nothing}</a
    >`;
  }

  /** @param {import("/web/lib/protocol.js").User} user */
  #menu(user) {
    return html`<button class="btn quiet icon-only" popovertarget="menu" data-testid="account-menu">
        <span class="sr">Account of @${user.handle}</span>
        <ls-avatar .user=${user}></ls-avatar>${this.#news()}
      </button>
      <div id="menu" popover>
        <p class="who">
          <b dir="auto">${user.name}</b><span class="muted small">@${user.handle}</span>
        </p>
        <a href=${inbox.lending ? "/closet#lending" : "/closet"} data-testid="closet-link"
          >${icon("hanger")} My
          closet${inbox.lending ? html` <b>· ${inbox.lending} new</b>` : nothing}</a
        >
        ${this.#orders()}
        <a href="/cart">${icon("bag")} Cart</a>
        <a href="/new">${icon("camera")} Host a show</a>
        <a href="/signin" data-testid="account-link">${icon("settings")} Account</a>
        <button data-testid="sign-out" @click=${this.#signOut}>${icon("back")} Sign out</button>
      </div>`;
  }

  static styles = [
    shared,
    css`
      :host {
        position: sticky;
        top: 0;
        z-index: 10;
        background: var(--paper);
        border-bottom: 1px solid var(--line);
      }
      header {
        display: flex;
        align-items: center;
        gap: var(--s-2);
        height: var(--bar);
        padding: 0 var(--s-3) 0 var(--s-4);
        max-width: var(--wide, 96rem);
        margin: 0 auto;
      }
      .brand {
        display: flex;
        align-items: baseline;
        /* With large text it takes no more of the screen: what is tapped needs the room. */
        font: 700 min(1.5rem, 7.4vw) / 1 var(--font-display);
        letter-spacing: -0.03em;
        color: var(--ink);
        text-decoration: none;
        padding: var(--s-3) 0.15em var(--s-3) 0;
        /* What can be tapped keeps its place; the name gives way. */
        min-width: 0;
        overflow: clip;
      }
      header > .btn {
        flex: none;
        --size: 36px;
      }
      .brand em {
        color: var(--accent-ink);
      }
      .dot {
        width: 0.42em;
        height: 0.42em;
        margin-right: 0.2em;
        border-radius: 50%;
        background: var(--live);
        align-self: center;
      }
      nav {
        display: flex;
        gap: var(--s-1);
        margin-left: var(--s-4);
      }
      .nav {
        display: inline-flex;
        align-items: center;
        min-height: var(--tap);
        padding: 0 var(--s-3);
        color: var(--ink-2);
        font-weight: var(--w-bold);
        font-size: var(--t-s);
        text-decoration: none;
        border-radius: var(--r-full);
      }
      .nav:hover {
        color: var(--ink);
        background: var(--sunken);
      }
      .nav[aria-current] {
        color: var(--ink);
        box-shadow: inset 0 -2px 0 -0px transparent;
        text-decoration: underline;
        text-decoration-thickness: 2px;
        text-decoration-color: var(--accent);
        text-underline-offset: 0.5em;
      }
      .bag {
        position: relative;
      }
      .bag b,
      .news {
        position: absolute;
        top: 0.1rem;
        right: 0;
        /* It stands on a picture that does not grow, and the menu says it in words. */
        font-size: min(var(--t-xs), 15px);
        min-width: 1.6em;
        height: 1.6em;
        padding: 0 0.4em;
        border-radius: var(--r-full);
        background: var(--accent);
        color: var(--on-accent);
        line-height: 1.6em;
      }
      [popovertarget] {
        position: relative;
      }
      [popover] {
        position: fixed;
        inset: calc(var(--bar) - 0.25rem) max(0.75rem, (100vw - 96rem) / 2) auto auto;
        width: min(15rem, 100vw - 1.5rem);
        max-height: calc(100dvh - var(--bar));
        overflow-y: auto;
        overflow-wrap: anywhere;
        padding: var(--s-2);
        border: 1px solid var(--line);
        border-radius: var(--r-m);
        background: var(--surface);
        color: var(--ink);
        box-shadow: var(--shadow-2);
      }
      [popover] a,
      [popover] button {
        display: flex;
        align-items: center;
        gap: var(--s-3);
        width: 100%;
        min-height: var(--tap);
        padding: 0 var(--s-3);
        border: 0;
        border-radius: var(--r-s);
        background: none;
        color: var(--ink);
        text-decoration: none;
        cursor: pointer;
      }
      [popover] a:hover,
      [popover] button:hover {
        background: var(--sunken);
      }
      .who {
        display: grid;
        padding: var(--s-2) var(--s-3) var(--s-3);
        border-bottom: 1px solid var(--line);
        margin-bottom: var(--s-2);
      }
      @media (max-width: 699px) {
        nav {
          display: none;
        }
        .go span {
          display: none;
        }
        .go {
          border-color: transparent;
          background: none;
          padding: 0;
        }
      }
    `,
  ];
}
customElements.define("ls-app-bar", LsAppBar);
