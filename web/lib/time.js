// @ts-check
/**
 * The server's clock as seen from here, and the wording of times.
 *
 * It is counted with `performance.now()`, which goes on evenly whatever is done to the clock of the
 * device. That one is asked only as long as the server has not said anything.
 */

/** How much later a message's arrival is than its writing is not known, but it is never earlier:
 * the largest of the latest differences is the best one. @type {number[]} */
let differences = [];
const KEEP = 12;
/** No message is that late (ms) so many times in a row: then the server's clock was set back. */
const SET_BACK_MS = 1_000;
const IN_A_ROW = 3;

/** Learn from a `now` (ms) that the server has just sent. @param {number} now */
export function learnClock(now) {
  differences = [...differences, now - performance.now()].slice(-KEEP);
  const latest = differences.slice(-IN_A_ROW);
  const late = Math.max(...differences) - Math.max(...latest);
  if (latest.length === IN_A_ROW && late > SET_BACK_MS) differences = latest;
}

/** The server's time in ms. */
export function serverNow() {
  return differences.length ? performance.now() + Math.max(...differences) : Date.now();
}

/** @type {Set<() => void>} */
const listeners = new Set();
let timer = 0;

/**
 * Call `f` about four times a second as long as somebody listens.
 *
 * @param {() => void} f
 * @returns {() => void} stops it
 */
export function onTick(f) {
  listeners.add(f);
  if (!timer) timer = window.setInterval(() => listeners.forEach((l) => l()), 250);
  return () => {
    listeners.delete(f);
    if (!listeners.size) {
      clearInterval(timer);
      timer = 0;
    }
  };
}

/** "4:07", "1:02:30". @param {number} ms */
export function clockText(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const h = Math.floor(seconds / 3600);
  const m = Math.floor((seconds % 3600) / 60);
  return h ? `${h}:${two(m)}:${two(seconds % 60)}` : `${m}:${two(seconds % 60)}`;
}

/** @param {number} n @param {string} unit */
const amount = (n, unit) => `${n} ${unit}${n === 1 ? "" : "s"}`;

/**
 * "40 seconds", "5 minutes", "1 hour 30 minutes", "1 day 12 hours", "3 days".
 *
 * It is rounded to what is said before a unit is chosen: 59:59 is an hour. Half of an hour or of a
 * single day is not rounded away, because people come at the time that they read.
 *
 * @param {number} ms
 */
export function durationText(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return amount(seconds, "second");
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return amount(minutes, "minute");
  const hours = Math.round(minutes / 60);
  if (minutes < 1440) return pair(Math.floor(minutes / 60), "hour", minutes % 60, "minute");
  if (hours < 48) return pair(1, "day", hours - 24, "hour");
  return amount(Math.round(hours / 24), "day");
}

/** @param {number} n @param {string} unit @param {number} rest @param {string} smaller */
const pair = (n, unit, rest, smaller) =>
  rest ? `${amount(n, unit)} ${amount(rest, smaller)}` : amount(n, unit);

const timeOfDay = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
/** @type {Intl.DateTimeFormatOptions} */
const DAY_AND_TIME = {
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
};
const dayAndTime = new Intl.DateTimeFormat(undefined, DAY_AND_TIME);
const yearToo = new Intl.DateTimeFormat(undefined, { ...DAY_AND_TIME, year: "numeric" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });

/** "19:30". @param {number} at */
export const timeText = (at) => timeOfDay.format(at);
/** "Sat, 21 Nov, 19:30", of another year with it. @param {number} at */
export const dateTimeText = (at) =>
  (new Date(at).getFullYear() === new Date(serverNow()).getFullYear()
    ? dayAndTime
    : yearToo
  ).format(at);
/** "21 November 2026". @param {number} at */
export const dateText = (at) => day.format(at);

/** "just now", "5 minutes ago". @param {number} at */
export function agoText(at) {
  const ms = serverNow() - at;
  return ms < 45_000 ? "just now" : `${durationText(ms)} ago`;
}
