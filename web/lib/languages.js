// @ts-check
/** What a browser says of its visitor's languages. */

/**
 * The regions of the visitor's languages (ISO 3166-1 alpha-2 or UN M.49), the preferred one first.
 * A browser may say what is no language tag (BCP 47): a locale of POSIX, `en_US.UTF-8@posix`, `C`.
 *
 * @returns {string[]}
 */
export function likelyRegions() {
  const said = [...(navigator.languages ?? []), navigator.language];
  return said.flatMap((language) => {
    try {
      return new Intl.Locale(language.split(/[.@]/)[0].replaceAll("_", "-")).region ?? [];
    } catch {
      return [];
    }
  });
}
