// @ts-check
/**
 * What somebody is told wherever they are on the site (PROTOCOL.md 2.8): what is held for them, and
 * what is lent. One instance, `inbox`; the bar at the top of a page starts it.
 *
 * @typedef {import("/web/lib/protocol.js").User} User
 * @typedef {{id: string, title: string}} Show
 * @typedef {{show: Show, claim: string, item: string, number: number, title: string,
 *   quantity: number, until: number, interrupted_at: number | null, paying: boolean}} Held
 * @typedef {{show: Show, id: number, at: number, kind: string, text: string,
 *   item: {id: string, number: number, title: string} | null}} ShowNotice
 * @typedef {{mandate: string, title: string, by: User, status: string, at: number}} LendingNews
 * @typedef {{now: number, holds: Held[], notices: ShowNotice[],
 *   lending: {waiting: number, news: LendingNews[]}}} Notices
 */
import { get } from "/web/lib/api.js";
import { lastTold, news, rememberTold } from "/web/lib/news.js";
import { session } from "/web/lib/session.js";
import { device } from "/web/lib/storage.js";
import { learnClock } from "/web/lib/time.js";
import { toast } from "/web/components/ls-toast.js";
import { lendingWords, noticeWords } from "/web/features/inbox/words.js";

/** Without the light channel, and beside it in case a word was lost. */
const LOOK_MS = 60_000;
const RETRY_MS = [3_000, 10_000, 60_000];
/** Many pages that hear the same ask one after the other. */
const SPREAD_MS = 400;
const LENDING_SEEN = "liveshow.lending.";

/** @fires change  `notices` is another one */
class Inbox extends EventTarget {
  /** @type {Notices | null} */
  notices = null;
  #started = false;
  #failures = 0;
  #asked = 0;
  #again = 0;
  #soon = 0;
  /** @type {WebSocket | null} */
  #socket = null;

  start() {
    if (this.#started) return;
    this.#started = true;
    session.addEventListener("change", () => this.#signed());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible" && performance.now() - this.#asked > LOOK_MS / 2)
        void this.look();
    });
    setInterval(() => void this.look(), LOOK_MS);
    new MutationObserver(() => this.#title()).observe(document.head, {
      childList: true,
      characterData: true,
      subtree: true,
    });
    this.#signed();
  }

  #signed() {
    this.#socket?.close();
    this.#socket = null;
    clearTimeout(this.#again);
    this.#failures = 0;
    if (!session.user) {
      this.#take(null);
      return;
    }
    void this.look();
    this.#listen();
  }

  #listen() {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/live/notices`);
    this.#socket = socket;
    socket.onmessage = () => {
      clearTimeout(this.#soon);
      this.#soon = window.setTimeout(() => void this.look(), Math.random() * SPREAD_MS);
    };
    socket.onopen = () => {
      // What came while nobody listened.
      if (this.#failures) void this.look();
      this.#failures = 0;
    };
    socket.onclose = () => {
      if (socket !== this.#socket) return;
      const wait = RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)];
      this.#again = window.setTimeout(() => this.#listen(), wait * (1 + Math.random()));
    };
  }

  /** Ask the server again. */
  async look() {
    const { user } = session;
    if (!user) return;
    this.#asked = performance.now();
    /** @type {Notices | null} */
    const notices = await get("/api/notices").catch(() => null);
    if (!notices || session.user !== user) return;
    learnClock(notices.now);
    this.#take(notices);
    this.#tellNotices(notices, user.id);
    this.#tellLending(notices, user.id);
  }

  /** @param {Notices | null} notices */
  #take(notices) {
    this.notices = notices;
    this.#title();
    this.dispatchEvent(new Event("change"));
  }

  /** Pieces that are held for who looks. */
  get pieces() {
    return (this.notices?.holds ?? []).reduce((n, { quantity }) => n + quantity, 0);
  }

  /** What is held and not in checkout, the soonest to end first. */
  get unpaid() {
    return (this.notices?.holds ?? [])
      .filter(({ paying }) => !paying)
      .sort((a, b) => a.until - b.until);
  }

  /** What others did about lending since it was looked at, and what waits for an answer. */
  get lending() {
    const { lending } = this.notices ?? {};
    if (!lending) return 0;
    const seen = this.#lendingSeen;
    const answered = lending.news.filter(({ at, status }) => at > seen && status === "active");
    return lending.waiting + answered.length;
  }

  /** The page that shows all lending is open. */
  lendingLooked() {
    const { user } = session;
    const newest = this.notices?.lending.news[0];
    if (!user || !newest || newest.at <= this.#lendingSeen) return;
    device.set(LENDING_SEEN + user.id, newest.at);
    this.dispatchEvent(new Event("change"));
  }

  get #lendingSeen() {
    return device.number(LENDING_SEEN + session.user?.id) ?? 0;
  }

  /** @param {Notices} all @param {string} user */
  #tellNotices({ now, holds, notices }, user) {
    const held = new Set(holds.map(({ item }) => item));
    for (const show of new Set(notices.map((n) => n.show.id))) {
      // A show tells its own on its page.
      if (location.pathname === `/shows/${show}`) continue;
      const own = notices.filter((n) => n.show.id === show);
      const still = (/** @type {ShowNotice} */ { kind, item }) =>
        Boolean(["promoted", "given"].includes(kind) && item && held.has(item.id));
      const fresh = news(own, lastTold(show, user), now, still);
      rememberTold(show, user, own);
      for (const notice of fresh) noticeWords[notice.kind]?.(notice, show, still(notice));
    }
  }

  /** @param {Notices} all @param {string} user */
  #tellLending({ now, lending }, user) {
    const name = `${LENDING_SEEN}told.${user}`;
    const told = device.number(name) ?? now - LOOK_MS;
    const fresh = lending.news.filter(({ at, status }) => at > told && lendingWords[status]);
    if (fresh.length) device.set(name, fresh[0].at);
    if (location.pathname === "/closet" && location.hash === "#lending") return;
    for (const one of fresh.slice(0, 3).reverse())
      toast(lendingWords[one.status](one), {
        seconds: 10,
        action: "Look",
        run: () => {
          location.assign("/closet#lending");
        },
      });
  }

  /** A tab that is not looked at says how much waits to be paid. */
  #title() {
    const paying = location.pathname.startsWith("/cart");
    const n = paying ? 0 : this.unpaid.reduce((sum, { quantity }) => sum + quantity, 0);
    const plain = document.title.replace(/^\(\d+\) /, "");
    const wanted = n ? `(${n}) ${plain}` : plain;
    if (document.title !== wanted) document.title = wanted;
  }
}

export const inbox = new Inbox();
