// @ts-check
import { LitElement, css, html, nothing, repeat } from "/web/vendor/lit.js";
import { del, get, patch } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { serverNow } from "/web/lib/time.js";
import { explain } from "/web/lib/words.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { page } from "/web/components/page-styles.js";
import { shared } from "/web/components/styles.js";
import { likelyCurrency } from "/web/features/catalog/currencies.js";
import { forText, isOver, offText, usesText } from "/web/features/coupons/coupons.js";
import "/web/components/ls-dialog.js";
import "/web/components/ls-empty.js";
import "/web/features/coupons/ls-coupon-form.js";

/** @typedef {import("/web/lib/protocol.js").Coupon} Coupon */

/** The coupons of a seller: to make, to share, to stop, and how often each was used. */
export class LsCoupons extends LitElement {
  static properties = {
    coupons: { state: true },
    problem: { state: true },
    making: { state: true },
    going: { state: true },
  };

  constructor() {
    super();
    /** @type {Coupon[] | null} */
    this.coupons = null;
    this.problem = "";
    this.making = false;
    /** The one that is about to be deleted. @type {Coupon | null} */
    this.going = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.load();
  }

  async load() {
    try {
      this.coupons = (await get("/api/coupons")).items;
      this.problem = "";
    } catch (error) {
      this.problem = explain(error);
    }
  }

  /** @param {Coupon} coupon */
  async #share({ code }) {
    await navigator.clipboard.writeText(code).then(
      () => toast(`${code} is copied.`, { tone: "ok" }),
      () => toast("Select the code and copy it by hand."),
    );
  }

  /** @param {Coupon} coupon */
  async #stop(coupon) {
    try {
      await patch(`/api/coupons/${coupon.id}`, { stopped: !coupon.stopped });
      await this.load();
    } catch (error) {
      toastError(error);
    }
  }

  async #delete() {
    const { going } = this;
    this.going = null;
    if (!going) return;
    try {
      await del(`/api/coupons/${going.id}`);
      toast(`${going.code} is deleted.`, { tone: "ok" });
      await this.load();
    } catch (error) {
      toastError(error);
    }
  }

  /** @param {CustomEvent<Coupon>} event */
  #made({ detail }) {
    this.making = false;
    this.coupons = [detail, ...(this.coupons ?? [])];
    toast(`${detail.code} can be used now.`, {
      tone: "ok",
      action: "Copy",
      run: () => this.#share(detail),
    });
  }

  render() {
    if (this.problem)
      return html`<ls-empty icon="alert" heading="The coupons cannot be fetched"
        >${this.problem}<button class="btn" slot="action" @click=${() => this.load()}>
          Try again
        </button></ls-empty
      >`;
    if (!this.coupons) return html`<div class="wait" role="status">Fetching your coupons…</div>`;
    return html`${
        this.coupons.length
          ? html`<button
                class="btn primary"
                @click=${() => (this.making = true)}
                data-testid="coupon-new"
              >
                ${icon("plus")} New coupon
              </button>
              <ul data-testid="coupons">
                ${repeat(
                  this.coupons,
                  (c) => c.id,
                  (c) => this.#coupon(c),
                )}
              </ul>`
          : html`<ls-empty icon="bag" heading="No coupons yet">
              A coupon takes something off a cart: for first orders, for your followers, or for
              everybody who has the code.
              <button
                class="btn primary"
                slot="action"
                @click=${() => (this.making = true)}
                data-testid="coupon-new"
              >
                New coupon
              </button>
            </ls-empty>`
      }
      <ls-dialog ?open=${this.making} heading="New coupon" @close=${() => (this.making = false)}>
        ${
          this.making
            ? html`<ls-coupon-form
                currency=${likelyCurrency()}
                @made=${this.#made}
              ></ls-coupon-form>`
            : nothing
        }
      </ls-dialog>
      ${this.#sure()}`;
  }

  /** @param {Coupon} coupon */
  #coupon(coupon) {
    const over = isOver(coupon, serverNow());
    return html`<li class="panel" data-testid="coupon-${coupon.code}">
      <p class="head">
        <b class="display code">${coupon.code}</b>
        ${over ? html`<span class="badge">${coupon.stopped ? "Stopped" : "Over"}</span>` : nothing}
      </p>
      <p>${offText(coupon)} <span class="muted">${forText(coupon)}</span></p>
      <p class="muted small" data-testid="coupon-uses">${usesText(coupon)}</p>
      <p class="actions">
        <button class="btn" @click=${() => this.#share(coupon)}>${icon("copy")} Copy</button>
        <button class="btn" @click=${() => this.#stop(coupon)} data-testid="coupon-stop">
          ${coupon.stopped ? "Go on" : "Stop"}
        </button>
        <button
          class="btn icon-only"
          aria-label="Delete ${coupon.code}"
          @click=${() => (this.going = coupon)}
        >
          ${icon("trash")}
        </button>
      </p>
    </li>`;
  }

  #sure() {
    return html`<ls-dialog
      ?open=${this.going !== null}
      heading="Delete it?"
      @close=${() => (this.going = null)}
    >
      <p>Nobody can use ${this.going?.code} any more. What was paid with it stays as it is.</p>
      <div slot="footer">
        <button class="btn grow" @click=${() => (this.going = null)}>Keep it</button>
        <button class="btn danger filled grow" @click=${this.#delete}>Delete</button>
      </div>
    </ls-dialog>`;
  }

  static styles = [
    shared,
    page,
    css`
      :host {
        display: grid;
        gap: var(--s-4);
        justify-items: start;
      }
      ul {
        display: grid;
        gap: var(--s-4);
        width: 100%;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr));
      }
      ls-empty {
        width: 100%;
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: var(--s-2);
      }
      .code {
        overflow-wrap: anywhere;
        user-select: all;
      }
    `,
  ];
}
customElements.define("ls-coupons", LsCoupons);
