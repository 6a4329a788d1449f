// @ts-check

/**
 * Do something as long as a component is in the page.
 *
 * @param {import("/web/vendor/lit.js").ReactiveElement} host
 * @param {() => () => void} start  begins it, and returns what ends it
 */
export function whileConnected(host, start) {
  let stop = () => {};
  host.addController({
    hostConnected: () => (stop = start()),
    hostDisconnected: () => stop(),
  });
}
