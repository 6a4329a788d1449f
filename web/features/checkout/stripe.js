// @ts-check
/**
 * Stripe's form on our pages. It is in frames of theirs: what is typed into it goes to them alone.
 *
 * Its frames cannot be in a shadow tree. So they are mounted in the document, and shown through a
 * chain of slots where our component is.
 */

/** @typedef {{script: string, publishable_key: string, client_secret: string}} StripeClient */

/** By key: one Stripe for each, as they ask for. @type {Map<string, any>} */
const known = new Map();

/** Scripts on their way, by address. @type {Map<string, Promise<void>>} */
const scripts = new Map();

/** @param {string} address @returns {Promise<void>} */
function load(address) {
  const before = scripts.get(address);
  if (before) return before;
  /** @type {Promise<void>} */
  const loading = new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve();
    script.onerror = () => {
      // It is tried again when somebody asks.
      script.remove();
      scripts.delete(address);
      reject(new Error(`${address} could not be loaded`));
    };
    document.head.append(script);
  });
  scripts.set(address, loading);
  return loading;
}

/** Stripe.js with our key. @param {StripeClient} client @returns {Promise<any>} */
export async function stripeOf(client) {
  await load(client.script);
  const key = client.publishable_key;
  if (!known.has(key)) known.set(key, /** @type {any} */ (window).Stripe(key));
  return known.get(key);
}

/**
 * A place in the document that is seen in the `<slot name=…>` of a component, however deep it is.
 *
 * @param {Element} host  the component
 * @param {string} name  of its slot
 * @returns {{place: HTMLElement, remove: () => void}}
 */
export function inDocument(host, name) {
  /** @type {HTMLElement[]} */
  const added = [];
  let at = host;
  for (let root = at.getRootNode(); root instanceof ShadowRoot; root = at.getRootNode()) {
    const slot = document.createElement("slot");
    slot.name = name;
    slot.slot = name;
    at.append(slot);
    added.push(slot);
    at = root.host;
  }
  const place = document.createElement("div");
  place.slot = name;
  at.append(place);
  added.push(place);
  return { place, remove: () => added.forEach((element) => element.remove()) };
}

/** How their form looks like ours. */
export function appearance() {
  const style = getComputedStyle(document.documentElement);
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const value = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  return {
    theme: dark ? "night" : "stripe",
    variables: { fontSizeBase: style.fontSize, fontFamily: value("--font-text") },
  };
}
