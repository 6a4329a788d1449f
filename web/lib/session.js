// @ts-check
/** @typedef {import("/web/lib/protocol.js").User} User */
import { ApiError, del, get, post } from "/web/lib/api.js";
import { forgetDrafts, forgetOthersDrafts } from "/web/lib/drafts.js";
import { onSeen } from "/web/lib/seen.js";
import { device, tab } from "/web/lib/storage.js";

/** Whose the cookie of this browser is: an id, "" for nobody's. */
const WHOSE = "liveshow.whose";

/**
 * Who is signed in here. One instance, `session`.
 *
 * All tabs of a browser have one cookie. A page that was made for somebody is gone as soon as
 * another tab signs them out, or when it comes back from the history after that: it would show what
 * is theirs to the next person, and do in the name of the next person what is written in it.
 *
 * @fires change when `user` changes
 */
class Session extends EventTarget {
  /**
   * The user, `null` for a guest, `undefined` while that is not known yet.
   *
   * @type {User | null | undefined}
   */
  user = undefined;
  /** @type {Promise<User | null> | null} */
  #loading = null;

  constructor() {
    super();
    addEventListener("storage", () => this.#compare());
    onSeen(() => this.#compare());
    addEventListener("pageshow", ({ persisted }) => persisted && void this.check());
  }

  /** Ask the server once; later calls return the same answer. @returns {Promise<User | null>} */
  load() {
    this.#loading ??= get("/api/session")
      .then((answer) => /** @type {User} */ (answer.user))
      .catch((error) => {
        if (error instanceof ApiError && error.status === 401) return null;
        this.#loading = null;
        throw error;
      })
      .then((user) => (this.#set(user), user));
    return this.#loading;
  }

  /** @param {string} handle @param {string} password */
  async signIn(handle, password) {
    this.#set((await post("/api/session", { handle, password })).user);
  }

  /** @param {{handle: string, password: string, name?: string}} account */
  async signUp(account) {
    this.#set((await post("/api/users", account)).user);
  }

  async signOut() {
    try {
      await del("/api/session");
    } catch (error) {
      // The sign-in has ended by itself: what is here of it goes all the same.
      if (!(error instanceof ApiError && error.status === 401)) throw error;
    }
    forgetDrafts();
    tab.clear();
    this.#set(null);
  }

  /** Tell that the signed-in user's name changed. @param {User} user */
  renamed(user) {
    this.#set(user);
  }

  /** Whether the page is still for whom it was made. */
  #compare() {
    const { user } = this;
    if (user && (device.get(WHOSE) ?? user.id) !== user.id) leave();
  }

  /** Ask the server, where storage may not say it: who is signed out elsewhere has to go here. */
  async check() {
    const { user } = this;
    if (!user) return;
    const now = await get("/api/session").catch((error) => error);
    if (now.status === 401 || (now.user && now.user.id !== user.id)) leave();
  }

  /** @param {User | null} user */
  #set(user) {
    this.user = user;
    device.set(WHOSE, user?.id ?? "");
    if (user) forgetOthersDrafts(`${user.id}.`);
    this.#loading = Promise.resolve(user);
    this.dispatchEvent(new Event("change"));
  }
}

export const session = new Session();

/** The name of a draft of whoever is signed in; null for nobody. @param {string} field */
export const ownDraft = (field) => (session.user ? `${session.user.id}.${field}` : null);

/** Nothing of this page is to be seen any more: begin it anew, for whoever it is now. */
function leave() {
  document.documentElement.hidden = true;
  // What would ask before one leaves has ended with the sign-in.
  addEventListener("beforeunload", (event) => event.stopImmediatePropagation(), { capture: true });
  location.reload();
}

/** The sign-in page, coming back to `next` (default: here) afterwards. @param {string} [next] */
export function signInUrl(next = location.pathname + location.search) {
  return `/signin?next=${encodeURIComponent(next)}`;
}

/** Where to go after signing in: only a path of this server. @param {string} [fallback] */
export function nextUrl(fallback = "/") {
  const next = new URLSearchParams(location.search).get("next") ?? "";
  if (!next.startsWith("/")) return fallback;
  const url = new URL(next, location.origin);
  const path = url.pathname + url.search;
  // `/.//elsewhere` is a path of ours whose normal form, `//elsewhere`, is another host.
  return url.origin === location.origin && !path.startsWith("//") ? path : fallback;
}

/** Resolve to the user, or leave for the sign-in page. @returns {Promise<User>} */
export async function requireUser() {
  const user = await session.load();
  if (user) return user;
  location.replace(signInUrl());
  return new Promise(() => {});
}
