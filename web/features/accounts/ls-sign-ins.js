// @ts-check
import { LitElement, css, html, nothing, repeat } from "/web/vendor/lit.js";
import { del, get } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { agoText, dateText } from "/web/lib/time.js";
import { explain } from "/web/lib/words.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { shared } from "/web/components/styles.js";

/**
 * @typedef {{
 *   id: string, created_at: number, last_used_at: number, expires_at: number, agent: string,
 *   current: boolean
 * }}
 *   SignIn
 */

/**
 * "Safari on iPhone" out of a User-Agent; what is not known is shown as it is.
 *
 * @param {string} agent
 */
export function agentText(agent) {
  const browser = /Edg\//.test(agent)
    ? "Edge"
    : /OPR\//.test(agent)
      ? "Opera"
      : /Firefox\//.test(agent)
        ? "Firefox"
        : /Chrome\//.test(agent)
          ? "Chrome"
          : /Safari\//.test(agent)
            ? "Safari"
            : "";
  const device = /iPhone/.test(agent)
    ? "iPhone"
    : /iPad/.test(agent)
      ? "iPad"
      : /Android/.test(agent)
        ? "Android"
        : /Mac OS X/.test(agent)
          ? "Mac"
          : /Windows/.test(agent)
            ? "Windows"
            : /Linux/.test(agent)
              ? "Linux"
              : "";
  if (browser) return device ? `${browser} on ${device}` : browser;
  return agent.slice(0, 40) || "A program";
}

/** Every place where the account is signed in, with a way to end each. Listens to `reload`. */
export class LsSignIns extends LitElement {
  static properties = { items: { state: true }, problem: { state: true } };

  constructor() {
    super();
    /** @type {SignIn[] | null} */
    this.items = null;
    this.problem = "";
    this.addEventListener("reload", () => this.#load());
  }

  connectedCallback() {
    super.connectedCallback();
    this.#load();
  }

  async #load() {
    try {
      this.items = (await get("/api/sessions")).items;
      this.problem = "";
    } catch (error) {
      this.problem = explain(error);
    }
  }

  /** @param {SignIn} item */
  async #end(item) {
    try {
      await del(`/api/sessions/${item.id}`);
      this.items = (this.items ?? []).filter((i) => i.id !== item.id);
      toast(`${agentText(item.agent)} is signed out.`, { tone: "ok" });
    } catch (error) {
      toastError(error);
      this.#load();
    }
  }

  render() {
    if (this.problem) return html`<p class="muted">${this.problem}</p>`;
    const items = [...(this.items ?? [])].sort(
      (a, b) => Number(b.current) - Number(a.current) || b.last_used_at - a.last_used_at,
    );
    return html`<ul>
        ${repeat(
          items,
          (i) => i.id,
          (i) =>
            html`<li class="row" data-testid="sign-in">
              <span class="grow">
                <b class="clip">${agentText(i.agent)}</b>
                <span class="muted small"
                  >${i.current ? "This one" : `Last used ${agoText(i.last_used_at)}`} · since
                  ${dateText(i.created_at)}</span
                >
              </span>
              ${
                i.current
                  ? html`<span class="badge ok">${icon("check")} Here</span>`
                  : html`<button
                      class="btn compact"
                      @click=${() => this.#end(i)}
                      data-testid="revoke"
                      aria-label="Sign out ${agentText(i.agent)}"
                    >
                      Sign out
                    </button>`
              }
            </li>`,
        )}
      </ul>
      ${this.items ? nothing : html`<p class="muted">Loading…</p>`}`;
  }

  static styles = [
    shared,
    css`
      li {
        padding: var(--s-3) 0;
        border-top: 1px solid var(--line);
      }
      li:first-child {
        border-top: 0;
      }
      b,
      .muted {
        display: block;
      }
    `,
  ];
}
customElements.define("ls-sign-ins", LsSignIns);
