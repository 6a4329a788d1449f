// @ts-check
import { css, html, nothing, repeat } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { FormController, dataOf, text } from "/web/components/forms.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { page } from "/web/components/page-styles.js";
import { fields, shared } from "/web/components/styles.js";
import { roleText } from "/web/features/running/words.js";
import "/web/components/ls-avatar.js";
import "/web/components/ls-field.js";

/** @typedef {import("/web/lib/protocol.js").StaffMember} StaffMember */

/** @type {Record<string, {name: string, may: string}>} */
const ROLES = {
  host: { name: "Host", may: "Everything." },
  cohost: { name: "Co-host", may: "Sells, moderates, broadcasts, changes these settings." },
  moderator: { name: "Moderator", may: "Keeps the chat civil: mutes, bans, deletes, announces." },
};

/** The server words what is no handle for programs. */
const NOBODY = "There is nobody with that handle. Check the spelling.";

/**
 * Who runs a show. Only the host can change it.
 *
 * @property {boolean} host  we are the host
 */
export class LsTeam extends RoomElement {
  static properties = { host: { type: Boolean } };

  constructor() {
    super();
    this.host = false;
    this.form = new FormController(this);
  }

  /** @param {SubmitEvent} event */
  async #add(event) {
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const data = dataOf(event);
    const user = text(data, "user").replace(/^@/, "").toLowerCase();
    const role = text(data, "role");
    if (
      await this.form.send(event, () =>
        /** @type {any} */ (this.room).command("staff", { user, role }),
      )
    ) {
      form.reset();
      toast(`@${user} is ${roleText(role)} now.`, { tone: "ok" });
    }
  }

  /** @param {StaffMember} member */
  async #remove({ user, role }) {
    try {
      await this.room?.command("unstaff", { user: user.handle });
      toast(`@${user.handle} left the team.`, {
        tone: "ok",
        action: "Undo",
        run: () => this.room?.command("staff", { user: user.handle, role }).catch(toastError),
      });
    } catch (error) {
      toastError(error);
    }
  }

  render() {
    return html`<ul>
        ${repeat(
          this.state?.staff ?? [],
          (m) => m.user.id,
          (m) =>
            html`<li class="row" data-testid="member-${m.user.handle}" data-role=${m.role}>
              <ls-avatar .user=${m.user}></ls-avatar>
              <span class="grow"
                ><b dir="auto">${m.user.name}</b> <span class="muted small">@${m.user.handle}</span
                ><br /><span class="small muted">${ROLES[m.role]?.may ?? ""}</span></span
              >
              <span class="badge staff">${ROLES[m.role]?.name ?? m.role}</span>
              ${
                this.host && m.role !== "host"
                  ? html`<button
                      class="btn quiet icon-only"
                      aria-label="Remove @${m.user.handle} from the team"
                      @click=${() => this.#remove(m)}
                      data-testid="member-remove"
                    >
                      ${icon("close")}
                    </button>`
                  : nothing
              }
            </li>`,
        )}
      </ul>
      ${
        this.host
          ? this.#adding()
          : html`<p class="muted small">Only the host can change the team.</p>`
      }`;
  }

  #adding() {
    const { form } = this;
    const who =
      form.error?.code === "invalid" ? NOBODY : form.at("user", "unknown_user", "is_host");
    return html`<form class="add pair" @submit=${this.#add} data-testid="team-form">
      <ls-field label="Add somebody" error=${who}
        ><input
          name="user"
          required
          placeholder="@handle"
          autocapitalize="none"
          spellcheck="false"
          autocomplete="off"
          maxlength="25"
          data-testid="team-handle"
      /></ls-field>
      <ls-field label="As">
        <select name="role" data-testid="team-role">
          <option value="moderator">Moderator</option>
          <option value="cohost">Co-host</option>
        </select>
      </ls-field>
      <button class="btn" ?disabled=${this.form.busy} data-testid="team-add">
        ${icon("plus")} Add
      </button>
      ${
        form.error && !who
          ? html`<p class="note bad" role="alert">${icon("alert")}<span>${form.rest()}</span></p>`
          : nothing
      }
    </form>`;
  }

  static styles = [
    shared,
    fields,
    page,
    css`
      :host {
        display: grid;
        gap: var(--s-4);
      }
      li {
        padding: var(--s-3) 0;
        border-bottom: 1px solid var(--line);
      }
      .add .btn,
      .add .note {
        grid-column: 1 / -1;
      }
      @media (min-width: 700px) {
        .add {
          grid-template-columns: 1fr 12rem auto;
        }
        .add .btn {
          grid-column: auto;
          margin-top: calc(var(--t-s) * 1.45 + var(--s-1));
        }
      }
    `,
  ];
}
customElements.define("ls-team", LsTeam);
