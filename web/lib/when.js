// @ts-check
/** When something is, in the words and the time zone of whoever reads it. */
import { dateTimeText, dateText, durationText, serverNow, timeText } from "/web/lib/time.js";

const DAY_MS = 86_400_000;
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long" });

/** Midnight of the day of `at`, in local time. @param {number} at */
const midnight = (at) => new Date(at).setHours(0, 0, 0, 0);

/** Calendar days from today to `at`: 0 today, 1 tomorrow, -1 yesterday. @param {number} at */
export function daysFromToday(at) {
  // Days with a change of clocks are not 24 h long: round.
  return Math.round((midnight(at) - midnight(serverNow())) / DAY_MS);
}

/**
 * "today at 19:30", "tomorrow at 19:30", "Friday at 19:30", "Fri, 4 Dec, 19:30".
 *
 * @param {number} at
 */
export function whenText(at) {
  const days = daysFromToday(at);
  if (days === 0) return `today at ${timeText(at)}`;
  if (days === 1) return `tomorrow at ${timeText(at)}`;
  if (days === -1) return `yesterday at ${timeText(at)}`;
  if (days > 1 && days < 7) return `${weekday.format(at)} at ${timeText(at)}`;
  return dateTimeText(at);
}

/** "in 2 hours", "3 days ago", "any moment now". @param {number} at */
export function relativeText(at) {
  const ms = at - serverNow();
  if (Math.abs(ms) < 60_000) return ms > 0 ? "any moment now" : "just now";
  return ms > 0 ? `in ${durationText(ms)}` : `${durationText(-ms)} ago`;
}

/** "19:45" today, on other days with the day: "tomorrow at 19:45". @param {number} at */
export const clockOrDayText = (at) => (daysFromToday(at) === 0 ? timeText(at) : whenText(at));

/**
 * "until 19:45 (4 minutes)", "until Friday at 19:45 (3 days)" or "until the show ends".
 *
 * @param {number | null | undefined} until
 */
export function untilText(until) {
  if (!until) return "until the show ends";
  return `until ${clockOrDayText(until)} (${durationText(until - serverNow())})`;
}

/** "today at 19:30, in 2 hours", "tomorrow at 19:30". @param {number} at */
export function whenAndHowLongText(at) {
  return daysFromToday(at) === 1 ? whenText(at) : `${whenText(at)}, ${relativeText(at)}`;
}

/** "today", "yesterday", "12 November 2026". @param {number} at */
export function dayText(at) {
  const days = daysFromToday(at);
  return days === 0 ? "today" : days === -1 ? "yesterday" : dateText(at);
}

/**
 * The value of an `<input type="datetime-local">` for a time.
 *
 * @param {number | null | undefined} at
 */
export function localInput(at) {
  if (!at) return "";
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** The time that an `<input type="datetime-local">` says, or null. @param {string} value */
export function fromLocalInput(value) {
  const at = value ? new Date(value).getTime() : NaN;
  return Number.isNaN(at) ? null : at;
}

/** The next full hour that is at least `minutes` away. @param {number} [minutes] */
export function nextFullHour(minutes = 60) {
  const at = new Date(serverNow() + minutes * 60_000);
  if (at.getMinutes() || at.getSeconds()) at.setHours(at.getHours() + 1);
  return at.setMinutes(0, 0, 0);
}
