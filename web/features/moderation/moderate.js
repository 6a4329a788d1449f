// @ts-check
/** Moderation as one act: do it, say that it is done, offer to take it back if that can be. */
import { toast, toastError } from "/web/components/ls-toast.js";

/** How long the event of an act may be behind its acknowledgement. */
const EVENT_MS = 2_000;

/**
 * @param {import("/web/lib/show-client.js").ShowClient} room
 * @param {string} type  a moderation command
 * @param {Record<string, any>} fields
 * @param {string} done  what to say when it is done
 * @returns {Promise<boolean>} whether it was done
 */
export async function act(room, type, fields, done) {
  const log = heard(room);
  try {
    const { seq } = await room.command(type, fields);
    const undoable = room.features.act(await log.typeOf(seq)).undo;
    const back = { action: "Undo", run: () => undo(room, seq) };
    toast(done, { tone: "ok", ...(undoable ? back : {}) });
    return true;
  } catch (error) {
    toastError(error);
    return false;
  } finally {
    log.stop();
  }
}

/** @param {number} removed  messages */
const removedText = (removed) =>
  removed === 1 ? "One message is removed." : `${removed} messages are removed.`;

/**
 * Remove everything somebody said.
 *
 * @param {import("/web/lib/show-client.js").ShowClient} room
 * @param {{user: string, reason: string}} fields
 */
export async function purge(room, fields) {
  try {
    const { seq, removed } = await room.command("purge", fields);
    toast(removedText(removed), { tone: "ok", action: "Undo", run: () => undo(room, seq) });
  } catch (error) {
    toastError(error);
  }
}

/**
 * Ban somebody, and remove everything they said. Undo brings both back.
 *
 * @param {import("/web/lib/show-client.js").ShowClient} room
 * @param {{user: string, reason: string, seconds?: number}} fields
 * @param {string} done
 */
export async function banAndPurge(room, fields, done) {
  try {
    const { seq, purged, removed } = await room.command("ban", { ...fields, purge: true });
    const said = removed ? `${done} ${removedText(removed)}` : done;
    const seqs = purged ? [seq, purged] : [seq];
    toast(said, { tone: "ok", action: "Undo", run: () => undo(room, ...seqs) });
  } catch (error) {
    toastError(error);
  }
}

/**
 * What happens from now on: an event says what was done better than the command that led to it.
 *
 * @param {import("/web/lib/show-client.js").ShowClient} room
 */
function heard(room) {
  /** @type {Map<number, string>} */
  const types = new Map();
  /** @type {() => void} */
  let came = () => {};
  const listen = (/** @type {any} */ { detail }) => {
    for (const { seq, type } of detail) types.set(seq, type);
    came();
  };
  room.addEventListener("log", listen);
  return {
    /** The type of an event; "" if it does not come. @param {number} seq */
    typeOf: async (seq) => {
      const late = performance.now() + EVENT_MS;
      while (!types.has(seq) && performance.now() < late) {
        await new Promise((resolve) => {
          came = () => resolve(undefined);
          setTimeout(came, EVENT_MS);
        });
      }
      return types.get(seq) ?? "";
    },
    stop: () => room.removeEventListener("log", listen),
  };
}

/**
 * @param {import("/web/lib/show-client.js").ShowClient} room
 * @param {number[]} seqs  of moderation events
 */
export async function undo(room, ...seqs) {
  try {
    for (const seq of seqs) await room.command("undo", { seq });
    toast("Undone.", { tone: "ok" });
    return true;
  } catch (error) {
    toastError(error);
    return false;
  }
}

/** @type {{seconds: number | undefined, text: string, said: string}[]} */
export const MUTES = [
  { seconds: 60, text: "1 min", said: "for a minute" },
  { seconds: 300, text: "5 min", said: "for 5 minutes" },
  { seconds: 3600, text: "1 hour", said: "for an hour" },
  { seconds: undefined, text: "Whole show", said: "for the whole show" },
];

/** As long as `ban` may last. @type {typeof MUTES} */
export const BANS = [
  { seconds: 600, text: "10 min", said: "for 10 minutes" },
  { seconds: 3600, text: "1 hour", said: "for an hour" },
  { seconds: 86_400, text: "1 day", said: "for a day" },
  { seconds: undefined, text: "Whole show", said: "for the whole show" },
];

const RANKS = ["", "moderator", "cohost", "host"];

/**
 * Who alone can change what somebody has done, as a sentence; "" if it is us, too.
 *
 * @param {import("/web/lib/protocol.js").State | null | undefined} state
 * @param {string | undefined} me
 * @param {import("/web/lib/protocol.js").User | null | undefined} by
 */
export function outranked(state, me, by) {
  const rank = (/** @type {string | undefined} */ id) =>
    RANKS.indexOf(
      state && id === state.show.host.id
        ? "host"
        : (state?.staff.find(({ user }) => user.id === id)?.role ?? ""),
    );
  if (rank(by?.id) <= rank(me)) return "";
  return rank(by?.id) === RANKS.indexOf("host")
    ? "Only the host can change that."
    : "Only co-hosts can change that.";
}

export const REASONS = ["Spam", "Insults", "Off topic", "Selling elsewhere"];
