// @ts-check
/**
 * Which notices are news to who looks, on this device.
 *
 * @typedef {{id: number, at: number, kind: string, item: {id: string} | null | undefined}} Notice
 */
import { device } from "/web/lib/storage.js";

/** What a device that sees somebody's notices for the first time takes for news. */
const NEWS_MS = 60_000;

/** What a notice is about: of several about the same, only the newest is true. @param {Notice} n */
const subject = ({ item, kind }) => (item ? `item ${item.id}` : kind.replace(/^un/, ""));

/**
 * What is to be told now, oldest first: what this device has not told before, without what a later
 * notice contradicts.
 *
 * @template {Notice} T
 * @param {T[]} notices
 * @param {number | null} seen  id of the newest that was told on this device; null for none ever
 * @param {number} now  the server's time (ms)
 * @param {(notice: T) => boolean} holds  whether what it promises is still so
 */
export function news(notices, seen, now, holds) {
  const fresh = notices.filter((n) =>
    seen === null ? n.at > now - NEWS_MS || holds(n) : n.id > seen,
  );
  const newest = new Map([...notices].sort((a, b) => a.id - b.id).map((n) => [subject(n), n.id]));
  return fresh.filter((n) => newest.get(subject(n)) === n.id).sort((a, b) => a.id - b.id);
}

/** How many of each kind a device remembers to have told. */
const KEPT = 100;

/**
 * What this device has not told yet of news that have no order but their time, oldest first; from
 * now on it has told them. What was there before it saw any is no news.
 *
 * @template {{at: number}} T
 * @param {string} kind  what kind of news, and to whom
 * @param {T[]} all
 * @param {(one: T) => string} subject  what it is about; another time is another news of it
 * @param {number} now  the server's time (ms)
 */
export function untold(kind, all, now, subject) {
  const name = `liveshow.told.${kind}`;
  const kept = device.object(name);
  const since = Number.isFinite(kept?.since) ? kept?.since : now - NEWS_MS;
  /** @type {Map<string, number>} */
  const known = new Map(Object.entries(kept?.told ?? {}));
  const fresh = all
    .filter((one) => one.at > since && known.get(subject(one)) !== one.at)
    .sort((a, b) => a.at - b.at);
  for (const one of fresh) known.set(subject(one), one.at);
  const newest = [...known].sort(([, a], [, b]) => b - a);
  // Of what is forgotten, nothing is told again.
  const forgotten = newest[KEPT]?.[1] ?? since;
  device.set(name, {
    since: Math.max(since, forgotten),
    told: Object.fromEntries(newest.slice(0, KEPT)),
  });
  return fresh;
}

/** @param {string} show @param {string} user */
const place = (show, user) => `liveshow.told.${show}.${user}`;

/** Id of the newest told on this device. @param {string} show @param {string} user */
export const lastTold = (show, user) => device.number(place(show, user));

/** @param {string} show @param {string} user @param {Notice[]} notices */
export function rememberTold(show, user, notices) {
  const last = Math.max(0, lastTold(show, user) ?? 0, ...notices.map((n) => n.id));
  device.set(place(show, user), last);
}
