// @ts-check
/** @typedef {import("/web/lib/protocol.js").User} User */
import { ApiError, del, get, post } from "/web/lib/api.js";
import { forgetDrafts } from "/web/lib/drafts.js";

/**
 * Who is signed in here. One instance, `session`.
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
    await del("/api/session");
    forgetDrafts();
    this.#set(null);
  }

  /** Tell that the signed-in user's name changed. @param {User} user */
  renamed(user) {
    this.#set(user);
  }

  /** @param {User | null} user */
  #set(user) {
    this.user = user;
    this.#loading = Promise.resolve(user);
    this.dispatchEvent(new Event("change"));
  }
}

export const session = new Session();

/** The name of a draft of whoever is signed in; null for nobody. @param {string} field */
export const ownDraft = (field) => (session.user ? `${session.user.id}.${field}` : null);

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
