// @ts-check
/**
 * Draws a giveaway again from its proof (PROTOCOL.md 2.11), as `liveshow verify giveaway` does.
 *
 * @typedef {import("/web/lib/protocol.js").Proof} Proof
 * @typedef {{ok: boolean | null, text: string, detail?: string}} Step  `ok` null: it is not known
 */

const ALTERNATES = 10;
const RANGE = 2n ** 64n;

/** @param {string} text */
const bytes = (text) => new TextEncoder().encode(text);

/** @param {string} text  hexadecimal */
const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

/** @param {ArrayBuffer} buffer */
const hex = (buffer) =>
  [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** @param {Uint8Array<ArrayBuffer>} data */
const sha256 = async (data) => hex(await crypto.subtle.digest("SHA-256", data));

/** By code point, as everybody else sorts them. @param {string[]} entries */
const sorted = (entries) => [...entries].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));

/** @param {string} seed */
export const commitmentOf = (seed) => sha256(unhex(seed));

/** @param {string[]} entries */
export const hashOf = (entries) => sha256(bytes(sorted(entries).join("\n")));

/** @param {string} signature */
export const randomnessOf = (signature) => sha256(unhex(signature));

/**
 * The entry that wins, and those that come after it, in their order.
 *
 * @param {string} seed
 * @param {string[]} entries
 * @param {string} [randomness]  of a beacon
 */
export async function picksOf(seed, entries, randomness = "") {
  const left = sorted(entries);
  const told = unhex((await hashOf(left)) + randomness);
  const message = new Uint8Array(told.length + 8);
  message.set(told);
  const counter = new DataView(message.buffer, told.length);
  const how = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", unhex(seed), how, false, ["sign"]);
  const picked = [];
  for (let n = 0n; left.length && picked.length <= ALTERNATES; n++) {
    counter.setBigUint64(0, n);
    const mac = new DataView(await crypto.subtle.sign("HMAC", key, message));
    const number = mac.getBigUint64(0);
    const of = BigInt(left.length);
    // One that would favour the first entries counts for nobody.
    if (number < RANGE - (RANGE % of)) picked.push(...left.splice(Number(number % of), 1));
  }
  return picked;
}

/**
 * Everything that can be checked of a giveaway that was drawn, in words.
 *
 * @param {Proof} proof
 * @returns {Promise<Step[]>}
 */
export async function check(proof) {
  const { seed, picks, entry_ids: entries, beacon } = proof;
  if (seed === null || picks === null || entries === null)
    return [{ ok: null, text: "It is not drawn yet: there is nothing to check." }];
  const steps = [await seeded(proof, seed), await entered(proof, entries)];
  if (beacon?.signature) {
    const ok = (await randomnessOf(beacon.signature)) === beacon.randomness;
    const round = `the signature of round ${beacon.round} of drand`;
    const text = `The public randomness ${is(ok)} the hash of ${round}.`;
    steps.push({ ok, text, detail: beacon.randomness ?? "" });
  }
  const again = await picksOf(seed, entries, beacon?.signature ? (beacon.randomness ?? "") : "");
  const ok = again.join() === picks.join();
  const text = ok
    ? `Drawn again here: the same entry wins, and the same ${again.length - 1} come after it.`
    : "Drawn again here, another entry wins.";
  return [...steps, { ok, text, detail: again[0] ?? "" }, unknown(beacon)];
}

/** @param {boolean} ok */
const is = (ok) => (ok ? "is" : "is NOT");

/** @param {Proof} proof @param {string} seed @returns {Promise<Step>} */
async function seeded(proof, seed) {
  const ok = (await commitmentOf(seed)) === proof.commitment;
  const text = `The secret seed ${is(ok)} the one whose hash everybody saw before entries opened.`;
  return { ok, text, detail: proof.commitment };
}

/** @param {Proof} proof @param {string[]} entries @returns {Promise<Step>} */
async function entered(proof, entries) {
  const told = (await hashOf(entries)) === proof.entries_hash;
  const ok = told && new Set(entries).size === entries.length && entries.length === proof.entries;
  const list = entries.length === 1 ? "list of 1 entry" : `list of ${entries.length} entries`;
  const text = `The ${list} ${is(ok)} the one whose hash was published when entries closed.`;
  return { ok, text, detail: proof.entries_hash ?? "" };
}

/** @param {Proof["beacon"]} beacon @returns {Step} */
function unknown(beacon) {
  if (beacon?.signature)
    return {
      ok: null,
      text:
        "Not checked here: that drand signed that round. Compare the signature with what is at " +
        "this address.",
      detail: `https://api.drand.sh/${beacon.chain}/public/${beacon.round}`,
    };
  const late = beacon ? " The public beacon did not answer in time." : "";
  return {
    ok: null,
    text:
      "Nothing could be changed after entries had opened. Not shown by this: that the server " +
      `tried no other seeds before, or made no entries up.${late}`,
  };
}
