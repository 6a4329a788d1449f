// @ts-check
/**
 * The features of a show: a line each. Nothing else has to know a new one.
 *
 * What a feature may give is in `web/lib/features.js`. Tabs and slots stand in this order.
 */
import { Features } from "/web/lib/features.js";
import { auctions } from "/web/features/auctions/index.js";
import { broadcast } from "/web/features/broadcast/index.js";
import { chat } from "/web/features/chat/index.js";
import { cheers } from "/web/features/cheers/index.js";
import { cards, checkout } from "/web/features/checkout/index.js";
import { claims } from "/web/features/claims/index.js";
import { flash } from "/web/features/flash/index.js";
import { giveaways } from "/web/features/giveaways/index.js";
import { moderation } from "/web/features/moderation/index.js";
import { notes } from "/web/features/notes/index.js";
import { offers } from "/web/features/offers/index.js";
import { polls } from "/web/features/polls/index.js";
import { runOfShow } from "/web/features/run_of_show/index.js";
import { running } from "/web/features/running/index.js";
import { whispers } from "/web/features/whispers/index.js";

export const features = new Features([
  running,
  runOfShow,
  claims,
  auctions,
  flash,
  offers,
  giveaways,
  chat,
  moderation,
  checkout,
  broadcast,
  polls,
  notes,
  whispers,
  cheers,
  cards,
]);
