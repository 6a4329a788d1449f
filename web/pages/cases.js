// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { get, post } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { limit } from "/web/lib/limit.js";
import { amountAdvice, money, parseMoney } from "/web/lib/money.js";
import { Paged } from "/web/lib/paged.js";
import { requireUser } from "/web/lib/session.js";
import { dateTimeText } from "/web/lib/time.js";
import { explain, title } from "/web/lib/words.js";
import { FormController, dataOf, text } from "/web/components/forms.js";
import { more } from "/web/components/more.js";
import { toast } from "/web/components/ls-toast.js";
import { page } from "/web/components/page-styles.js";
import { fields, shared } from "/web/components/styles.js";
import { SHORT } from "/web/features/cases/cases.js";
import "/web/components/ls-empty.js";
import "/web/components/ls-field.js";
import "/web/features/cases/ls-case.js";
import "/web/features/navigation/ls-app-bar.js";

/** @typedef {import("/web/lib/protocol.js").Case} Case */

/** The cases that operators decide; to everybody else their own. With an id in the address one. */
class LsCasesPage extends LitElement {
  static properties = {
    case: { state: true },
    operator: { state: true },
    problem: { state: true },
    decision: { state: true },
  };

  constructor() {
    super();
    /** @type {Case | null} */
    this.case = null;
    this.cases = new Paged(this);
    this.operator = false;
    this.currency = "";
    this.problem = "";
    this.decision = "refund";
    this.form = new FormController(this);
    this.id = decodeURIComponent(location.pathname.split("/")[2] ?? "");
  }

  connectedCallback() {
    super.connectedCallback();
    void this.#load();
  }

  async #load() {
    try {
      await requireUser();
      // Whoever is no operator is refused the list of all.
      this.operator = await get("/api/cases", { everybody: true, limit: 1 }).then(
        () => true,
        (error) => {
          if (error.code === "forbidden") return false;
          throw error;
        },
      );
      if (this.id) {
        const file = await get(`/api/cases/${encodeURIComponent(this.id)}/file`);
        this.currency = file.currency;
        this.case = await get(`/api/cases/${encodeURIComponent(this.id)}`);
        title("Case");
      } else
        await this.cases.load("/api/cases", this.operator ? { everybody: true, open: true } : {});
    } catch (error) {
      this.problem = explain(error);
    }
  }

  /** @param {SubmitEvent} event @param {Case} c */
  async #rule(event, c) {
    const data = dataOf(event);
    const typed = text(data, "amount");
    const amount = typed ? parseMoney(typed, this.currency) : undefined;
    if (this.decision === "partial" && !amount) {
      event.preventDefault();
      toast(amountAdvice(this.currency));
      return;
    }
    const body = {
      decision: this.decision,
      text: text(data, "text"),
      ...(this.decision === "partial" ? { amount } : {}),
    };
    const went = await this.form.send(event, async () => {
      this.case = await post(`/api/cases/${c.id}/ruling`, body);
    });
    if (went) toast("Decided. Both sides have been told.", { tone: "ok" });
  }

  render() {
    const { case: c, cases } = this;
    return html`<ls-app-bar></ls-app-bar>
      <main>
        <div class="head">
          <h1 class="display">${this.operator ? "Cases to decide" : "Your cases"}</h1>
        </div>
        ${
          this.problem
            ? html`<ls-empty whole icon="alert" heading="This cannot be shown"
                >${this.problem}<a class="btn primary" slot="action" href="/cases"
                  >All cases</a
                ></ls-empty
              >`
            : c
              ? this.#one(c)
              : cases.items
                ? this.#list(cases.items)
                : html`<div class="wait" role="status">Loading the cases…</div>`
        }
      </main>`;
  }

  /** @param {Case[]} items */
  #list(items) {
    if (!items.length)
      return html`<ls-empty whole icon="check" heading="No open case">
        ${
          this.operator
            ? "When the two sides do not agree, it is for you to decide here."
            : "What is not as described is told on the page of its order."
        }
        <a class="btn primary" slot="action" href="/orders">Orders</a>
      </ls-empty>`;
    return html`<ul class="stack plain" data-testid="cases">
        ${items.map(
          (c) =>
            html`<li class="panel">
              <a href=${c.role ? `/orders/${c.order}` : `/cases/${c.id}`}
                ><b>@${c.buyer.handle} and @${c.owner.handle}</b></a
              >
              <span
                class="badge ${c.status === "escalated" || c.status === "appealed" ? "warn" : ""}"
                >${SHORT[c.status]}</span
              >
              <p dir="auto" class="said">${c.entries[0]?.text ?? ""}</p>
              <p class="small muted">
                Opened
                ${dateTimeText(c.opened_at)}${c.due_at ? `, until ${dateTimeText(c.due_at)}` : ""}
              </p>
            </li>`,
        )}
      </ul>
      ${more(this.cases)}`;
  }

  /** @param {Case} c */
  #one(c) {
    const open = c.status === "escalated" || c.status === "appealed";
    return html`<a class="quietlink back" href="/cases">${icon("back")} Cases</a>
      <ls-case
        .case=${c}
        currency=${this.currency}
        @changed=${(/** @type {CustomEvent} */ e) => (this.case = e.detail)}
      ></ls-case>
      ${this.operator && !c.role && open ? this.#desk(c) : nothing}`;
  }

  /** @param {Case} c */
  #desk(c) {
    return html`<form
      class="panel stack"
      @submit=${(/** @type {SubmitEvent} */ e) => this.#rule(e, c)}
      data-testid="ruling-form"
    >
      <h2>Decide</h2>
      <ls-field label="What happens" error=${this.form.at("decision")}>
        <select
          name="decision"
          @change=${(/** @type {any} */ e) => (this.decision = e.target.value)}
          data-testid="ruling-decision"
        >
          <option value="refund">All of it goes back: ${money(c.most, this.currency)}</option>
          <option value="partial">A part goes back</option>
          <option value="return">The pieces go back, then the money</option>
          <option value="nothing">Nothing goes back</option>
        </select>
      </ls-field>
      ${
        this.decision === "partial"
          ? html`<ls-field label="How much, in ${this.currency}" error=${this.form.at("amount")}
              ><input
                name="amount"
                inputmode="decimal"
                autocomplete="off"
                required
                data-testid="ruling-amount"
            /></ls-field>`
          : nothing
      }
      <ls-field label="Why? Both sides read it" error=${this.form.at("text")}>
        <textarea
          dir="auto"
          name="text"
          required
          ${limit(1000)}
          rows="4"
          data-testid="ruling-text"
        ></textarea>
      </ls-field>
      ${
        this.form.rest(["decision", "amount", "text"])
          ? html`<p class="note bad" role="alert" data-testid="problem">
              ${icon("alert")}<span>${this.form.rest(["decision", "amount", "text"])}</span>
            </p>`
          : nothing
      }
      <p class="small muted">
        ${
          c.status === "appealed"
            ? "This is the appeal: what you decide is done at once."
            : "Both sides may appeal for two days; then it is done."
        }
      </p>
      <button class="btn primary block" ?disabled=${this.form.busy} data-testid="ruling-send">
        Decide
      </button>
    </form>`;
  }

  static styles = [
    shared,
    fields,
    page,
    css`
      .said {
        overflow-wrap: anywhere;
      }
    `,
  ];
}
customElements.define("ls-cases-page", LsCasesPage);
