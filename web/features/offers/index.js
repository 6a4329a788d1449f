// @ts-check
/** Offers below the price, and counter-offers, between a buyer and who sells the piece. */
import { html } from "/web/vendor/lit.js";
import { told } from "/web/lib/lazy.js";

/** @typedef {import("/web/lib/protocol.js").Mine} Mine */

/** Who sells in the show has them in the studio. @param {Mine | null} mine */
const onThePage = (mine) =>
  Boolean(
    mine && (mine.offers.length || (mine.offers_for_me.length && !mine.can.includes("sell"))),
  );

/** @type {import("/web/lib/features.js").Feature} */
export const offers = {
  name: "offers",
  notices: told(
    ["offer_made", "offer_countered", "offer_accepted", "offer_taken", "offer_over"],
    () => import("/web/features/offers/notices.js"),
  ),
  slots: {
    viewer: {
      when: ({ mine }) => onThePage(mine),
      load: () => import("/web/features/offers/ls-offers.js"),
      render: () => html`<ls-offers></ls-offers>`,
    },
    "item-detail": {
      load: () => import("/web/features/offers/ls-make-offer.js"),
      render: ({ item, variant, quantity, shipping }) =>
        html`<ls-make-offer
          .item=${item}
          .variant=${variant}
          .quantity=${quantity}
          .shipping=${shipping}
        ></ls-make-offer>`,
    },
    "studio-tab": {
      id: "offers",
      text: "Offers",
      count: (_state, mine) => mine?.offers_for_me.filter((o) => o.turn === "seller").length,
      load: () => import("/web/features/offers/ls-offer-desk.js"),
      render: () => html`<ls-offer-desk></ls-offer-desk>`,
    },
  },
};
