// @ts-check
/**
 * What somebody is told wherever they are on the site (PROTOCOL.md 2.8): what is held for them,
 * what is lent, and what others did with their orders. One instance, `inbox`; the bar at the top of
 * a page starts it.
 *
 * @typedef {import("/web/lib/protocol.js").Notices} Notices
 * @typedef {import("/web/lib/protocol.js").ShowNotice} ShowNotice
 * @typedef {import("/web/lib/protocol.js").OrderNews} OrderNews
 */
import { get } from "/web/lib/api.js";
import { lastTold, news, rememberTold, untold } from "/web/lib/news.js";
import { session } from "/web/lib/session.js";
import { device } from "/web/lib/storage.js";
import { learnClock, serverNow } from "/web/lib/time.js";
import { version } from "/web/lib/version.js";
import { toast } from "/web/components/ls-toast.js";

/** Without the light channel, and beside it in case a word was lost. */
const LOOK_MS = 60_000;
const RETRY_MS = [3_000, 10_000, 60_000];
/** Many pages that hear the same ask one after the other. */
const SPREAD_MS = 400;
const LENDING_SEEN = "liveshow.lending.";
/** Orders that were told here and not looked at yet. */
const ORDERS_NEW = "liveshow.orders.";
/** So many messages of a kind at once. */
const TOLD_AT_ONCE = 3;
/** Notices that are true as long as something is held. */
const HELD = ["promoted", "given", "won", "retry"];

/**
 * Say something in words that are loaded when there is something to say.
 *
 * @param {(words: typeof import("/web/features/inbox/words.js")) => void} say
 */
const inWords = (say) => {
  import("/web/features/inbox/words.js").then(say, () => void version.missing());
};

/** @fires change  `notices` is another one */
class Inbox extends EventTarget {
  /** @type {Notices | null} */
  notices = null;
  #started = false;
  #failures = 0;
  #asked = 0;
  #again = 0;
  #soon = 0;
  #until = 0;
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
    clearTimeout(this.#until);
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
      // The server closes it when this sign-in is ended, maybe from another device.
      void session.check();
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
    this.#tellNotices(notices, user.id);
    this.#tellLending(notices, user.id);
    this.#tellOrders(notices, user.id);
    this.#tellCases(notices, user.id);
    this.#take(notices);
    this.#lookAt(notices.lending.until);
  }

  /** Look again when time alone brings news. @param {number | null} at  by the server's clock */
  #lookAt(at) {
    clearTimeout(this.#until);
    const left = at === null ? Infinity : at - serverNow();
    if (left < LOOK_MS)
      this.#until = window.setTimeout(
        () => void this.look(),
        Math.max(0, left) + Math.random() * SPREAD_MS,
      );
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

  /** What others did with orders, and was not looked at on this device. */
  get orders() {
    const fresh = this.#ordersNew;
    return (this.notices?.orders ?? []).filter(({ order }) => order in fresh);
  }

  /** A page shows these orders as they are. @param {(news: OrderNews) => boolean} shown */
  ordersLooked(shown) {
    const { user } = session;
    const before = this.orders;
    const rest = before.filter((news) => !shown(news));
    if (!user || rest.length === before.length) return;
    this.#ordersNew = rest;
    this.dispatchEvent(new Event("change"));
  }

  /** By the id of the order. @returns {Record<string, any>} */
  get #ordersNew() {
    return device.object(ORDERS_NEW + session.user?.id) ?? {};
  }

  /** @param {OrderNews[]} news */
  set #ordersNew(news) {
    device.set(
      ORDERS_NEW + session.user?.id,
      Object.fromEntries(news.map(({ order, at }) => [order, at])),
    );
  }

  /** @param {Notices} all @param {string} user */
  #tellNotices({ now, holds, notices }, user) {
    const held = new Set(holds.map(({ item }) => item));
    for (const show of new Set(notices.map((n) => n.show.id))) {
      // A show tells its own on its page.
      if (location.pathname === `/shows/${show}`) continue;
      const own = notices.filter((n) => n.show.id === show);
      const still = (/** @type {ShowNotice} */ { kind, item }) =>
        Boolean(HELD.includes(kind) && item && held.has(item.id));
      const fresh = news(own, lastTold(show, user), now, still);
      rememberTold(show, user, own);
      if (fresh.length)
        inWords(({ noticeWords }) => {
          for (const notice of fresh) noticeWords[notice.kind]?.(notice, show, still(notice));
        });
    }
  }

  /** @param {Notices} all @param {string} user */
  #tellLending({ now, lending }, user) {
    const fresh = untold(`lending.${user}`, lending.news, now, ({ mandate }) => mandate);
    if (location.pathname === "/closet" && location.hash === "#lending") return;
    if (fresh.length)
      inWords(({ lendingWords }) => {
        const worded = fresh.filter(({ status }) => lendingWords[status]);
        for (const one of worded.slice(-TOLD_AT_ONCE))
          this.#told(lendingWords[one.status](one), "/closet#lending");
      });
  }

  /** @param {Notices} all @param {string} user */
  #tellOrders({ now, orders }, user) {
    const fresh = untold(`orders.${user}`, orders, now, ({ order }) => order).filter(
      (one) => !this.#shows(one),
    );
    if (!fresh.length) return;
    const before = this.#ordersNew;
    this.#ordersNew = orders.filter((one) => one.order in before || fresh.includes(one));
    const sales = fresh.filter(({ status }) => status === "paid");
    const rest = sales.length > 1 ? fresh.filter(({ status }) => status !== "paid") : fresh;
    inWords(({ orderWords, salesWords }) => {
      if (rest !== fresh) this.#told(salesWords(sales.length), "/orders#sold", "ok");
      for (const one of rest.slice(-TOLD_AT_ONCE)) {
        const words = orderWords[one.status];
        if (words) this.#told(words.text(one), `/orders/${one.order}`, words.tone);
      }
    });
  }

  /** @param {Notices} all @param {string} user */
  #tellCases({ now, cases }, user) {
    const fresh = untold(`cases.${user}`, cases, now, (one) => one.case).filter(
      ({ order }) => location.pathname !== `/orders/${order}`,
    );
    if (!fresh.length) return;
    inWords(({ caseWords }) => {
      for (const one of fresh.slice(-TOLD_AT_ONCE))
        this.#told(caseWords(one), `/orders/${one.order}`, "warn");
    });
  }

  /** Whether the page itself says it. @param {OrderNews} news */
  #shows({ order, status, show }) {
    return (
      location.pathname === `/orders/${order}` ||
      (status === "paid" && location.pathname === `/shows/${show.id}/studio`)
    );
  }

  /** @param {string} text @param {string} where @param {"ok" | "warn"} [tone] */
  #told(text, where, tone) {
    const run = () => location.assign(where);
    toast(text, { tone, seconds: 10, action: "Look", run });
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
