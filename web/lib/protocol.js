// @ts-check
/**
 * The shapes of PROTOCOL.md, for the type checker. Nothing here runs.
 *
 * Times are milliseconds since 1970 (UTC), money is minor units.
 *
 * @typedef {{id: string, handle: string, name: string}} User
 * @typedef {User & {role: Role}} Speaker  a user as written in a chat line
 * @typedef {{id: string, url: string, thumb_url: string, width: number, height: number}} Photo
 * @typedef {{
 *   name: string, line1: string, line2: string, city: string, region: string, postcode: string,
 *   country: string
 * }} Address
 *
 * @typedef {{
 *   id: string, label: string, size?: string, color?: string, quantity: number, held: number,
 *   sold: number
 * }} Variant
 * @typedef {"new" | "like_new" | "good" | "fair" | "" | null} Condition
 * @typedef {{flat?: number, weight?: number}} Shipping
 * @typedef {"show" | "flash" | "offer" | "auction" | "bundle"} PriceSource  what says a price
 *
 * @typedef {object} Listing
 * @property {string} id
 * @property {User} owner
 * @property {string} title
 * @property {string} description
 * @property {number} price
 * @property {string} currency
 * @property {Photo[]} photos
 * @property {string} brand
 * @property {string} category
 * @property {Condition} condition
 * @property {Shipping} shipping
 * @property {Variant[]} variants
 * @property {boolean} archived
 * @property {number} created_at
 * @property {number} version
 * @property {number | null} was    the lowest price of the 30 days until it was reduced
 *
 * @typedef {{id: string, number: number, title: string}} ItemRef
 * @typedef {{
 *   mandate: string, floor: number, commission_percent: number, expires_at: number | null,
 *   shipping: Shipping | null
 * }} Lending
 *
 * @typedef {"" | "host" | "cohost" | "moderator"} Role
 * @typedef {"everyone" | "followers" | "sellers"} ChatMode
 * @typedef {"draft" | "scheduled" | "live" | "interrupted" | "ended"} ShowStatus
 *
 * @typedef {object} Show
 * @property {string} id
 * @property {string} title
 * @property {string} description
 * @property {Photo | null} cover
 * @property {ShowStatus} status
 * @property {string | null} reason      while interrupted: stream_lost, paused, restart
 * @property {User} host
 * @property {number | null} scheduled_at
 * @property {number | null} started_at
 * @property {number | null} ended_at
 * @property {number | null} interrupted_at
 * @property {number | null} ends_at     when it ends by itself, as things are
 * @property {string} currency
 * @property {number} hold_seconds
 * @property {number} claims_per_buyer
 * @property {number | null} shipping_cap
 * @property {string} claim_word         what buyers may write besides "sold"; "" for none
 * @property {boolean} streaming
 *
 * @typedef {object} ShowCard
 * @property {string} id
 * @property {string} title
 * @property {Photo | null} cover
 * @property {ShowStatus} status
 * @property {User} host
 * @property {number | null} scheduled_at
 * @property {number | null} started_at
 * @property {number | null} ended_at
 * @property {number} viewers
 * @property {number} items
 *
 * @typedef {{
 *   claim: string, user: User, variant: string, quantity: number, price: number, until: number,
 *   paying: boolean
 * }} Hold
 *
 * @typedef {object} Item
 * @property {string} id
 * @property {number} number
 * @property {string} listing
 * @property {string} title
 * @property {string} description
 * @property {Photo[]} photos
 * @property {number} price
 * @property {string} currency
 * @property {User} owner
 * @property {boolean} lent
 * @property {string} brand
 * @property {string} category
 * @property {Condition} condition
 * @property {Shipping} shipping
 * @property {number} shipping_alone
 * @property {Variant[]} variants
 * @property {Hold[]} holds
 * @property {number} waiting
 * @property {boolean} sold_out
 * @property {number} sold_here
 * @property {number | null} was         the lowest price of the 30 days until it was reduced
 * @property {Lending | null} [lending]  staff only
 *
 * @typedef {object} ChatLine
 * @property {number} id
 * @property {number} at
 * @property {string} kind
 * @property {Speaker | null} user
 * @property {string} text
 * @property {ItemRef | null} item
 * @property {boolean} deleted
 * @property {string[]} mentions
 *
 * @typedef {{user: User, role: string}} StaffMember
 * @typedef {{
 *   user: User, kind: "mute" | "ban", until: number | null, reason: string, by: User, seq: number
 * }} Sanction
 * @typedef {{seq: number, until: number | null, reason: string}} Former  a sanction replaced
 * @typedef {{entry: string, user: User, variant: string, quantity: number, at: number}} Waiting
 *
 * @typedef {object} Poll
 * @property {string} id
 * @property {string} question
 * @property {string[]} options
 * @property {number} opened_at
 * @property {number} until
 * @property {number | null} closed_at   null while it is open
 * @property {number[] | null} counts    by option; null while it is open, until `poll_votes` tells
 *
 * @typedef {object} Auction  prepared or open
 * @property {string} id
 * @property {string} item
 * @property {string} variant
 * @property {number} unit           the one that is sold now, from 1
 * @property {number} quantity
 * @property {number} start_price
 * @property {boolean} has_reserve
 * @property {boolean} reserve_met
 * @property {number} seconds        how long a unit runs
 * @property {number} extension_seconds  what a late bid sets the clock to
 * @property {boolean} sudden_death
 * @property {number | null} ends_at  null as long as the clock does not run
 * @property {boolean} closing        the clock is at zero, and late bids still count
 * @property {number} extensions
 * @property {User | null} leader
 * @property {number} price
 * @property {number} next           the least bid of somebody who does not lead
 * @property {number} bids
 *
 * @typedef {{auction: string, reserve: number | null}} AuctionTerms  what the team alone sees
 *
 * @typedef {{
 *   chance: string, auction: string, unit: number, item: string, user: User, price: number,
 *   until: number
 * }} Chance  somebody may buy what the winner did not pay; staff
 *
 * @typedef {{
 *   chance: string, auction: string, unit: number, item: string, number: number, title: string,
 *   variant: string, price: number, until: number
 * }} MyChance
 *
 * @typedef {object} Flash  a lower price of an item for a while
 * @property {string} item
 * @property {number} price
 * @property {number} until
 * @property {number | null} quantity    null for as many as there are
 * @property {number | null} per_buyer   null for no limit
 * @property {number | null} was         the lowest price of the 30 days before, if that is more
 * @property {number | null} taken       places in line among them; null until `flash_count` tells
 * @property {number | null} went        held or sold; null until `flash_count` tells
 *
 * @typedef {{auction: string, item: string, at: number, over: boolean}} PastAuction
 *
 * @typedef {object} PriceOffer  below the price; private to its buyer and those who may answer
 * @property {string} offer
 * @property {string} item
 * @property {number} number
 * @property {string} title
 * @property {string} variant
 * @property {number} quantity
 * @property {User} user             its buyer
 * @property {number} amount         what stands, for one piece
 * @property {number} offered        the newest that the buyer said
 * @property {"buyer" | "seller"} turn  who answers
 * @property {number} counters_left
 * @property {number} until          for an answer (ms)
 * @property {boolean} in_show       that time stands still while the show does
 *
 * @typedef {object} Giveaway
 * @property {string} id
 * @property {string} title
 * @property {string | null} item      null: the prize is words alone
 * @property {string | null} variant
 * @property {GiveawayWho} who
 * @property {User} sponsor
 * @property {GiveawayStatus} status
 * @property {GiveawayOver | null} reason  why nobody has it
 * @property {number} opened_at
 * @property {number} ends_at
 * @property {string} rules
 * @property {string} commitment       the hash of the seed
 * @property {number | null} entries   null while it is open, until `giveaway_entries` tells
 * @property {string | null} entries_hash
 * @property {{chain: string, round: number} | null} beacon
 * @property {number | null} drawn_at
 * @property {User | null} winner
 * @property {string | null} entry     the winner's
 * @property {number} left             who come after the winner
 * @property {number | null} until
 *
 * @typedef {"everyone" | "followers" | "buyers"} GiveawayWho
 * @typedef {"open" | "frozen" | "drawn" | "claimed" | "over"} GiveawayStatus
 * @typedef {"cancelled" | "gone" | "show_over" | "nobody" | "unclaimed"} GiveawayOver
 * @typedef {{giveaway: string, title: string, item: ItemRef | null, until: number}} MyPrize
 *
 * @typedef {object} Proof  of a giveaway (PROTOCOL.md 2.11)
 * @property {"liveshow.giveaway"} kind
 * @property {1} version
 * @property {string} giveaway
 * @property {{id: string, title: string}} show
 * @property {string} title
 * @property {User} sponsor
 * @property {GiveawayWho} who
 * @property {string} rules
 * @property {number} opened_at
 * @property {number} ends_at
 * @property {number | null} drawn_at
 * @property {GiveawayStatus} status
 * @property {GiveawayOver | null} reason
 * @property {string} commitment
 * @property {number | null} entries
 * @property {string | null} entries_hash
 * @property {string[] | null} entry_ids
 * @property {{
 *   chain: string, round: number, signature: string | null, randomness: string | null
 * } | null} beacon
 * @property {string | null} seed
 * @property {string[] | null} picks
 * @property {number} place
 * @property {User | null} winner
 *
 * @typedef {{giveaway: string, show: NoticeShow, title: string, until: number}} Prize
 * @typedef {{now: number, items: Prize[]}} Prizes
 *
 * @typedef {{id: number, text: string}} ItemPromise  what is promised with an item
 *
 * @typedef {{id: number, at: number, user: Speaker, text: string, deleted: boolean}} Whisper
 *   the team to itself
 *
 * @typedef {object} State
 * @property {Show} show
 * @property {StaffMember[]} staff
 * @property {{
 *   slow_seconds: number, mode: string, newcomer_minutes: number, lines: ChatLine[],
 *   words?: string[]
 * }} chat
 * @property {Item[]} items
 * @property {string | null} pinned
 * @property {Poll | null} poll                          the newest one
 * @property {Auction[]} auctions                        in the order of their preparation
 * @property {Giveaway | null} giveaway                  the newest one
 * @property {AuctionTerms[]} [auction_terms]            those with a reserve; staff
 * @property {Chance[]} [chances]                        those in front that end first; staff
 * @property {Flash[]} flash                             those that are on, one an item
 * @property {{
 *   note: {text: string, revision: number} | null, promises: Record<string, ItemPromise[]>
 * }} notes                                               promises: by item
 * @property {{required: boolean}} cards                  a card on file before the first claim
 * @property {Sanction[]} [sanctions]                    staff only
 * @property {Whisper[]} [whispers]                      staff only
 * @property {Record<string, Waiting[]>} [waitlist]      staff only
 *
 * @typedef {{epoch: number, seq: number, now: number, state: State}} Snapshot
 * @typedef {{seq: number, at: number, type: string, data: any}} ShowEvent
 *
 * @typedef {object} MyClaim
 * @property {string} claim
 * @property {string} item
 * @property {number} number
 * @property {string} title
 * @property {string} variant
 * @property {number} quantity
 * @property {number} price
 * @property {number} until
 * @property {boolean} paying
 * @property {number | null} was  the lowest price of the 30 days until it was reduced
 *
 * @typedef {{
 *   entry: string, item: string, variant: string, quantity: number, place: number,
 *   passed_until: number | null
 * }} MyWaiting
 * @typedef {{
 *   id: number, at: number, kind: string, text: string, item: ItemRef | null, price: number | null
 * }} Notice
 *
 * @typedef {object} CartLine
 * @property {string} claim
 * @property {string} item
 * @property {string} listing
 * @property {number} number
 * @property {string} title
 * @property {Photo | null} photo
 * @property {string} variant      its label
 * @property {string} variant_id
 * @property {number} quantity
 * @property {number} price
 * @property {number} amount
 * @property {number} until
 * @property {string[]} promises
 *
 * @typedef {{
 *   kind: string, label: string, payer: string, amount: number
 * }} Reduction  what is taken off the items: kind is coupon; payer owner, host or operator
 * @typedef {{
 *   owner: User, lines: CartLine[], items: number, shipping: number, total: number,
 *   reductions: Reduction[]
 * }} Parcel
 * @typedef {{
 *   show: {id: string, title: string, status: ShowStatus, interrupted_at: number | null},
 *   currency: string, parcels: Parcel[], items: number, shipping: number, total: number,
 *   until: number, payment: string | null, coupon: {
 *     code: string, off: number, refused: {code: string, message: string} | null
 *   } | null
 * }} Cart
 *
 * @typedef {object} Coupon
 * @property {string} id
 * @property {string} code
 * @property {number | null} percent
 * @property {number | null} amount
 * @property {string | null} currency
 * @property {number | null} cap
 * @property {number} minimum
 * @property {string} items   own, show, all
 * @property {string} who     everyone, new, followers
 * @property {{id: string, title: string} | null} show
 * @property {number | null} uses
 * @property {number} used
 * @property {boolean} once
 * @property {number | null} starts_at
 * @property {number | null} ends_at
 * @property {boolean} stopped
 * @property {number} created_at
 *
 * @typedef {object} Mine
 * @property {number} epoch
 * @property {number} seq
 * @property {number} now
 * @property {User} user
 * @property {string[]} roles
 * @property {string[]} can     any of chat, claim, sell, moderate, direct
 * @property {MyClaim[]} claims
 * @property {MyWaiting[]} waitlist
 * @property {Cart | null} cart
 * @property {{until: number | null, reason: string} | null} muted
 * @property {Notice[]} notices
 * @property {{
 *   auction: string, maximum: number, leading: boolean, second_chance: boolean
 * }[]} bids  one's own
 * @property {MyChance[]} chances  what one may buy after all
 * @property {{item: string, pieces: number}[]} flash  one's own at each flash price
 * @property {PriceOffer[]} offers          one's own, oldest first
 * @property {PriceOffer[]} offers_for_me   those that one may answer, oldest first
 * @property {{giveaway: string, entry: string} | null} giveaway_entry  in the newest one
 * @property {MyPrize[]} prizes  won and not claimed yet
 * @property {{poll: string, option: number} | null} vote   one's own in the newest poll
 *
 * @typedef {{
 *   price: number, shipping_added: number, parcel_shipping: number, parcel_before: number,
 *   currency: string
 * }} Quote
 *
 * @typedef {{form: string, parameters: Record<string, string>}} PaymentClient
 *
 * @typedef {{provider: string, brand: string, last4: string, expires: number}} CardOnFile
 *
 * @typedef {{available: boolean, card: CardOnFile | null}} CardState
 *
 * @typedef {object} Payment
 * @property {string} id
 * @property {string} show   its id
 * @property {string} status   open, challenge, processing, succeeded, failed, cancelled, expired,
 *   refunded
 * @property {number} amount
 * @property {string} currency
 * @property {Parcel[]} parcels
 * @property {number} until
 * @property {string} provider
 * @property {PaymentClient | null} client  what this browser needs to pay
 * @property {{code: string, message: string} | null} error
 * @property {string[]} orders
 * @property {number} created_at
 *
 * @typedef {object} Mandate
 * @property {string} id
 * @property {string} listing      its id
 * @property {User} owner
 * @property {User} host
 * @property {{id: string, title: string} | null} show
 * @property {number} floor
 * @property {string} currency
 * @property {number} commission_percent
 * @property {number | null} expires_at
 * @property {string} status   offered, requested, active, declined, revoked, expired
 * @property {number} created_at
 *
 * @typedef {object} Order
 * @property {string} id
 * @property {string} status
 * @property {{id: string, title: string}} show
 * @property {User} buyer
 * @property {User} owner
 * @property {User} host
 * @property {{
 *   title: string, description: string, photo: Photo | null, variant: string, number: number,
 *   quantity: number, price: number, amount: number, promises: string[], was: number | null
 * }[]} lines
 * @property {string} currency
 * @property {number} items
 * @property {number} shipping
 * @property {number} total
 * @property {Reduction[]} reductions
 * @property {Address | null} address
 * @property {string} carrier
 * @property {string} tracking
 * @property {string} dispute_reason
 * @property {number} refunded
 * @property {{
 *   id: string, amount: number, reason: string, at: number, by: User, sent: boolean
 * }[]} refunds
 * @property {boolean | null} restocked  whether pieces that came back can be sold again
 * @property {{status: string, at: number, by: User}[]} history
 * @property {string} payment
 * @property {number} created_at
 * @property {number} ship_by
 * @property {{account: string, amount: number}[]} ledger
 *
 * @typedef {object} Standing  somebody's money in one currency
 * @property {string} currency
 * @property {number} held
 * @property {number} frozen
 * @property {number} available
 * @property {number} paid
 * @property {number | null} next_at
 *
 * @typedef {{
 *   id: string, at: number, currency: string, amount: number, orders: number, reference: string
 * }} Payout
 * @typedef {{standing: Standing[], payouts: Payout[]}} Payouts
 *
 * @typedef {{
 *   at: number, kind: string, by: User | null, text?: string, amount?: number,
 *   photos?: Photo[]
 * }} CaseEntry
 * @typedef {object} Case  what is not as described
 * @property {string} id
 * @property {string} order
 * @property {"buyer" | "owner" | "host" | null} role
 * @property {number[]} lines
 * @property {User} buyer
 * @property {User} owner
 * @property {User} host
 * @property {"opened" | "offered" | "returning" | "sent_back" | "escalated" | "ruled" |
 *   "appealed" | "refunding" | "closed"} status
 * @property {number | null} due_at
 * @property {number} most
 * @property {number | null} proposed
 * @property {{
 *   decision: "refund" | "partial" | "return" | "nothing", amount: number
 * } | null} ruling
 * @property {boolean} appealed
 * @property {"refunded" | "partial" | "returned" | "kept" | "withdrawn" | null} outcome
 * @property {number} amount
 * @property {CaseEntry[]} entries
 * @property {number} opened_at
 *
 * @typedef {{id: string, title: string}} NoticeShow
 * @typedef {object} Held  a piece that is held for who looks
 * @property {NoticeShow} show
 * @property {string} claim
 * @property {string} item
 * @property {number} number
 * @property {string} title
 * @property {number} quantity
 * @property {number} until
 * @property {number | null} interrupted_at
 * @property {boolean} paying
 *
 * @typedef {{
 *   show: NoticeShow, id: number, at: number, kind: string, item: ItemRef | null, text: string,
 *   price: number | null, currency: string
 * }} ShowNotice
 * @typedef {{mandate: string, title: string, by: User, status: string, at: number}} LendingNews
 * @typedef {object} Sale  a claim or a place in line, for those who run the show
 * @property {string} id
 * @property {number} at
 * @property {string} state
 * @property {User} user
 * @property {User} owner
 * @property {ItemRef} item
 * @property {string} variant_id
 * @property {string} variant
 * @property {number} quantity
 * @property {number} price
 * @property {string | null} via
 * @property {number | null} until
 * @property {string | null} order
 *
 * @typedef {object} OrderNews  the last step of an order, which somebody else took
 * @property {string} order
 * @property {NoticeShow} show
 * @property {"buyer" | "owner" | "host"} role  of who looks
 * @property {boolean} prize  it was won, and nothing was paid for it
 * @property {string} title
 * @property {number} more
 * @property {string} status
 * @property {User} by
 * @property {number} at
 * @property {string} carrier
 * @property {string} tracking
 *
 * @typedef {{
 *   case: string, order: string, show: NoticeShow, title: string, status: string,
 *   by: User | null, at: number, due_at: number | null
 * }} CaseNews  the last step of a case, which somebody else took, or time
 *
 * @typedef {{waiting: number, until: number | null, news: LendingNews[]}} LendingPart
 * @typedef {{
 *   now: number, holds: Held[], notices: ShowNotice[], lending: LendingPart, orders: OrderNews[],
 *   cases: CaseNews[]
 * }} Notices
 *
 * @typedef {User & {role?: Role}} AuditUser  with a role: what they were when they said it
 * @typedef {{
 *   seq: number, at: number, type: string, by: AuditUser | null, user: AuditUser | null,
 *   message: string | null, reason: string | null, until: number | null,
 *   change: {
 *     words?: string[], seconds?: number, mode?: string, minutes?: number, messages?: number,
 *     was?: number | string | string[]
 *   } | null,
 *   undone_by: number | null, can_undo: boolean
 * }} AuditEntry
 * @typedef {{
 *   user: User, roles: string[], connected: boolean, muted: boolean, muted_until: number | null,
 *   banned: boolean, banned_until: number | null, last_said_at: number | null
 * }} Person
 * @typedef {{
 *   id: number, at: number, kind: "message" | "announced" | "whisper", user: Speaker,
 *   text: string, deleted: boolean, deleted_by: User | null
 * }} WrittenLine
 * @typedef {{
 *   kind: "mute" | "ban", show: {id: string, title: string}, at: number, until: number | null,
 *   reason: string, by: User, ended_at: number | null
 * }} FormerSanction
 * @typedef {{
 *   person: Person, created_at: number, said: number,
 *   claims: {held: number, paid: number, lapsed: number}, sanctions: FormerSanction[]
 * }} Dossier
 * @typedef {"good" | "fair" | "weak"} Connection
 * @typedef {"udp" | "tcp"} Transport
 * @typedef {object} MediaStats  of a show, for its staff
 * @property {boolean} live
 * @property {boolean} publishing
 * @property {string} summary   in plain words
 * @property {boolean} healthy
 * @property {number} viewers   of the video
 * @property {number} connected   to the show channel
 * @property {{good: number, fair: number, weak: number}} connections
 * @property {number} limited   viewers who get less than there is, because of their connection
 * @property {{no_codec: number, undecodable: number}} blind   who see no picture
 * @property {{
 *   loss: number, bitrate_limit: number | null, keyframe_requests: number, transport: Transport,
 *   refused: number, troubles: string[]
 * } | null} publisher
 * @property {{
 *   rid: string, codec: string, profile: string | null, bitrate: number,
 *   frames_per_second: number, keyframe_age: number | null, packets: number, active: boolean
 * }[]} layers
 * @property {{codec: string, bitrate: number, packets: number} | null} audio
 * @property {number} sent_packets
 * @property {number} resent_packets
 * @property {number} lost_packets
 * @property {number} freezes
 * @property {{
 *   session: string, connected_seconds: number, connection: Connection, loss: number,
 *   round_trip: number | null, bitrate: number, layer: string, freezes: number,
 *   transport: Transport, limited: boolean,
 *   picture: "shown" | "none" | "no_codec" | "undecodable"
 * }[]} weakest   the worst connection first
 *
 * @typedef {{
 *   "show.created": {
 *     host: User, title: string, description: string, cover: Photo | null, currency: string,
 *     scheduled_at: number | null, hold_seconds: number, claims_per_buyer: number,
 *     shipping_cap: number | null, claim_word: string, slow_seconds: number,
 *     chat_mode: ChatMode, words?: string[]
 *   },
 *   "show.configured": {
 *     changes: {
 *       title?: string, description?: string, cover?: Photo | null, hold_seconds?: number,
 *       claims_per_buyer?: number, shipping_cap?: number | null, claim_word?: string
 *     },
 *     by?: User
 *   },
 *   "show.scheduled": {scheduled_at: number},
 *   "show.started": {at: number, ends_at: number | null},
 *   "show.interrupted": {reason: "stream_lost" | "paused" | "restart", at: number,
 *     ends_at: number | null},
 *   "show.resumed": {holds: {item: string, claim: string, until: number}[],
 *     ends_at: number | null, stood: number},
 *   "show.ended": {
 *     at: number, holds: {item: string, claim: string, until: number}[],
 *     reason: "ended" | "no_picture" | "outage"
 *   },
 *   "show.staffed": {user: User, role: Role},
 *   "show.unstaffed": {user: User, role: Role},
 *   "stream.started": {},
 *   "stream.stopped": {},
 *   "item.added": {item: Item, at_index: number, lending?: Lending | null},
 *   "item.removed": {
 *     item: string, reason: "removed" | "mandate_revoked" | "mandate_expired" | "archived"
 *   },
 *   "item.moved": {order: string[]},
 *   "item.changed": {item: Item, lending?: Lending | null},
 *   "item.pinned": {item: string},
 *   "item.unpinned": {item: string},
 *   "item.repriced": {
 *     item: string, price: number, was: number, by?: User, lowest: number | null
 *   },
 *   "item.stocked": {
 *     item: string, variants: Variant[],
 *     added?: {variant: string, quantity: number, held: number, sold: number} | null,
 *     sold_out: boolean
 *   },
 *   "item.claimed": {
 *     item: string, number: number, title: string, hold: Hold,
 *     via: "button" | "comment" | "waitlist" | "staff" | "auction" | "offer",
 *     entry?: string | null, variants: Variant[], waiting: number, sold_out: boolean,
 *     left?: number, by?: User | null, source: PriceSource,
 *     was: number | null
 *   },
 *   "item.waitlisted": {
 *     item: string, waiting: number, entry?: string, user?: User, variant?: string,
 *     quantity?: number, price?: number | null, source?: PriceSource, was?: number | null
 *   },
 *   "item.unwaitlisted": {
 *     item: string, waiting: number, entry?: string, user?: User,
 *     reason?: "left" | "banned" | "dearer"
 *   },
 *   "item.line_over": {
 *     item: string, variant: string, waiting: number, reason: "sold" | "withdrawn"
 *   },
 *   "item.returned": {
 *     item: string, claim: string, variant: string, quantity: number, variants: Variant[],
 *     sold_out: boolean
 *   },
 *   "item.released": {
 *     item: string, number: number, title: string, claim: string, user: User, variant: string,
 *     quantity: number, reason: "released" | "expired" | "cancelled", kept?: boolean,
 *     by?: User | null,
 *     note?: string, variants: Variant[], sold_out: boolean
 *   },
 *   "item.exchanged": {
 *     item: string, claim: string, user: User, was_variant: string, was_quantity: number,
 *     variant: string, quantity: number, by?: User, note?: string, variants: Variant[],
 *     sold_out: boolean
 *   },
 *   "item.paying": {
 *     item: string, claim: string, paying: boolean, until: number, user?: string,
 *     payment?: string | null
 *   },
 *   "item.sold": {
 *     item: string, number: number, title: string, claim: string, user: User, variant: string,
 *     quantity: number, late?: boolean, variants: Variant[], sold_out: boolean
 *   },
 *   "chat.said": {user: Speaker, text: string, mentions: string[]},
 *   "chat.announced": {user: Speaker, text: string, mentions: string[]},
 *   "user.renamed": {user: User},
 *   "user.muted": {
 *     user: User, until: number | null, reason?: string, by?: User, was?: Former | null,
 *     undoes?: number
 *   },
 *   "user.unmuted": {user: User, by?: User | null, undoes?: number},
 *   "user.banned": {
 *     user: User, until: number | null, reason?: string, by?: User, was?: Former | null,
 *     undoes?: number
 *   },
 *   "user.unbanned": {user: User, by?: User | null, undoes?: number},
 *   "chat.deleted": {message: number, by?: User, reason?: string},
 *   "chat.restored": {
 *     message: number, text: string, mentions: string[], by?: User, undoes?: number
 *   },
 *   "chat.purged": {user: User, messages: number[], by?: User, reason?: string},
 *   "chat.unpurged": {
 *     user: User, messages: number[], by?: User, undoes?: number,
 *     lines: {message: number, text: string, mentions: string[]}[]
 *   },
 *   "chat.slowed": {seconds: number, was: number, by?: User, undoes?: number},
 *   "chat.restricted": {mode: ChatMode, was: ChatMode, by?: User, undoes?: number},
 *   "chat.braked": {minutes: number, was: number, by?: User, undoes?: number},
 *   "chat.words_set": {words?: string[], was?: string[], by?: User, undoes?: number},
 *   "chat.whispered": {user?: Speaker, text?: string},
 *   "chat.unwhispered": {whisper?: number, by?: User},
 *   "show.noted": {text: string, revision: number, by?: User},
 *   "show.card_required": {required: boolean, by?: User},
 *   "item.promised": {item: string, revision: number, promises: ItemPromise[], by?: User},
 *   "auction.put_up": {
 *     auction: string, item: string, number: number, title: string, variant: string,
 *     quantity: number, start_price: number, seconds: number, extension_seconds: number,
 *     sudden_death: boolean, has_reserve: boolean, reserve?: number | null, by?: User,
 *     variants: Variant[], sold_out: boolean
 *   },
 *   "auction.opened": {auction: string, unit: number, ends_at: number},
 *   "auction.bid": {
 *     auction: string, unit: number, user: User, leader: User, price: number, next: number,
 *     bids: number, reserve_met: boolean, outbid?: string | null
 *   },
 *   "auction.extended": {auction: string, unit: number, ends_at: number, extensions: number},
 *   "auction.closing": {auction: string, unit: number},
 *   "auction.bidder_out": {
 *     auction: string, unit: number, user: User, leader: User | null, price: number,
 *     next: number, bids: number, reserve_met: boolean
 *   },
 *   "auction.closed": {
 *     auction: string, item: string, number: number, title: string, variant: string,
 *     unit: number, outcome: "sold" | "passed", winner: User | null, price: number,
 *     bids: number, left: number, claim: string | null, variants: Variant[], sold_out: boolean
 *   },
 *   "auction.cancelled": {
 *     auction: string, item: string, number: number, title: string, variant: string,
 *     quantity: number, reason: "cancelled" | "gone" | "show_over", by?: User | null,
 *     variants: Variant[], sold_out: boolean
 *   },
 *   "auction.chance": {
 *     auction?: string, unit?: number, chance?: string, item?: string, number?: number,
 *     title?: string, variant?: string, user?: User, price?: number, until?: number,
 *     without?: string[]
 *   },
 *   "auction.chance_over": {
 *     auction: string, unit: number, item: string, variant: string, variants: Variant[],
 *     sold_out: boolean, chance?: string, user?: User, claim?: string | null,
 *     reason?: "taken" | "declined" | "expired" | "banned" | "gone" | "show_over"
 *   },
 *   "auction.released": {
 *     auction: string, unit: number, item: string, variant: string, variants: Variant[],
 *     sold_out: boolean
 *   },
 *   "flash.started": {
 *     flash: string, item: string, number: number, title: string, price: number, until: number,
 *     quantity: number | null, per_buyer: number | null, was: number | null, by?: User
 *   },
 *   "flash.ended": {
 *     flash: string, item: string, number: number, title: string,
 *     reason: "time" | "pieces" | "host" | "price" | "gone" | "show_over", went: number,
 *     by?: User | null, undoes?: number
 *   },
 *   "giveaway.opened": {
 *     giveaway: string, title: string, item: ItemRef | null, variant: string | null,
 *     who: GiveawayWho, ends_at: number, rules: string, commitment: string, sponsor: User,
 *     by?: User, variants: Variant[], sold_out: boolean
 *   },
 *   "giveaway.frozen": {
 *     giveaway: string, entries: number, entries_hash: string,
 *     beacon: {chain: string, round: number} | null, until: number | null
 *   },
 *   "giveaway.drawn": {
 *     giveaway: string, title: string, item: ItemRef | null, variant: string | null,
 *     entries: number, winner: User, picks: string[], seed: string,
 *     beacon: {chain: string, round: number, signature: string, randomness: string} | null,
 *     until: number
 *   },
 *   "giveaway.passed": {
 *     giveaway: string, title: string, item: ItemRef | null, variant: string | null,
 *     reason: "unclaimed" | "banned", winner: User, former?: User, place: number,
 *     entry: string, left: number, until: number
 *   },
 *   "giveaway.claimed": {
 *     giveaway: string, title: string, item: ItemRef | null, variant: string | null,
 *     winner: User, variants: Variant[], sold_out: boolean
 *   },
 *   "giveaway.over": {
 *     giveaway: string, title: string, item: ItemRef | null, variant: string | null,
 *     reason: GiveawayOver, note: string, former?: User | null, by?: User | null,
 *     variants: Variant[], sold_out: boolean
 *   },
 *   "poll.opened": {
 *     poll: string, question: string, options: string[], until: number, by?: User
 *   },
 *   "poll.closed": {
 *     poll: string, question: string, counts: number[], result: string, by?: User | null
 *   },
 * }} EventData  of each event; what is optional is for staff, or there when it applies
 *
 * @typedef {{
 *   schedule: {at: number},
 *   start: {},
 *   pause: {},
 *   resume: {},
 *   end: {},
 *   configure: {
 *     title?: string, description?: string, cover?: string | null, hold_seconds?: number,
 *     claims_per_buyer?: number, shipping_cap?: number | null, claim_word?: string
 *   },
 *   staff: {user: string, role: "cohost" | "moderator"},
 *   unstaff: {user: string},
 *   add: {listing: string, price?: number},
 *   remove: {item: string},
 *   move: {item: string, to: number},
 *   pin: {item: string},
 *   unpin: {},
 *   reprice: {item: string, price: number},
 *   restock: {item: string, variant?: string, quantity: number},
 *   claim: {item: string, quantity?: number, variant?: string, price?: number},
 *   release: {claim: string},
 *   leave_waitlist: {entry: string},
 *   hold: {user: string, item: string, quantity?: number, variant?: string},
 *   cancel_claim: {claim: string, reason?: string},
 *   change_claim: {claim: string, quantity?: number, variant?: string, reason?: string},
 *   chat: {text: string},
 *   announce: {text: string},
 *   whisper: {text: string},
 *   unwhisper: {whisper: number},
 *   mute: {user: string, seconds?: number, reason: string},
 *   unmute: {user: string},
 *   ban: {user: string, seconds?: number, reason: string, purge?: boolean},
 *   unban: {user: string},
 *   purge: {user: string, reason: string},
 *   delete: {message: number, reason?: string},
 *   restore: {message: number},
 *   slow: {seconds: number},
 *   restrict: {mode: ChatMode},
 *   brake: {minutes: number},
 *   block_word: {word: string},
 *   unblock_word: {word: string},
 *   note: {text: string},
 *   require_card: {required: boolean},
 *   promise: {item: string, text: string, promise?: number},
 *   poll: {question: string, options: string[], seconds: number},
 *   vote: {poll: string, option: number},
 *   end_poll: {poll: string},
 *   auction: {
 *     item: string, variant?: string, quantity?: number, start_price: number, reserve?: number,
 *     seconds?: number, extension_seconds?: number, sudden_death?: boolean, prepare?: boolean
 *   },
 *   open_auction: {auction: string},
 *   bid: {
 *     auction: string, amount: number, maximum?: number, seen?: number, sure?: boolean,
 *     second_chance?: boolean, delay?: number
 *   },
 *   cancel_auction: {auction: string},
 *   take_chance: {chance: string},
 *   decline_chance: {chance: string},
 *   flash: {
 *     item: string, price: number, seconds: number, quantity?: number, per_buyer?: number
 *   },
 *   end_flash: {item: string},
 *   offer: {item: string, amount: number, quantity?: number, variant?: string},
 *   answer_offer: {offer: string, accept?: boolean, counter?: number},
 *   withdraw_offer: {offer: string},
 *   giveaway: {
 *     title: string, item?: string, variant?: string, seconds: number, who?: GiveawayWho
 *   },
 *   enter: {giveaway: string},
 *   cancel_giveaway: {giveaway: string, reason?: string},
 *   undo: {seq: number},
 * }} Commands  their fields without `key`
 *
 * @typedef {{
 *   ok: boolean, item: string, quantity: number, status?: "held" | "waitlisted", claim?: string,
 *   until?: number, entry?: string, place?: number, error?: {code: string, message: string}
 * }} ClaimReply  what the claim in a message led to
 * @typedef {{
 *   schedule: {},
 *   start: {},
 *   pause: {},
 *   resume: {},
 *   end: {},
 *   configure: {},
 *   staff: {},
 *   unstaff: {},
 *   add: {item: string, number: number},
 *   remove: {},
 *   move: {},
 *   pin: {},
 *   unpin: {},
 *   reprice: {},
 *   restock: {},
 *   claim: {
 *     status: "held" | "waitlisted", claim?: string, until?: number, entry?: string,
 *     place?: number
 *   },
 *   release: {},
 *   leave_waitlist: {},
 *   hold: {claim: string, until: number},
 *   cancel_claim: {},
 *   change_claim: {},
 *   chat: {seq?: number, claim?: ClaimReply, hint?: string},
 *   announce: {seq: number},
 *   whisper: {seq: number},
 *   unwhisper: {seq: number},
 *   mute: {seq: number},
 *   unmute: {seq: number},
 *   ban: {seq: number, purged?: number, removed?: number},
 *   unban: {seq: number},
 *   purge: {seq: number, removed: number},
 *   delete: {seq: number},
 *   restore: {seq: number},
 *   slow: {seq: number},
 *   restrict: {seq: number},
 *   brake: {seq: number},
 *   block_word: {seq: number},
 *   unblock_word: {seq: number},
 *   note: {revision: number},
 *   require_card: {},
 *   promise: {promise?: number},
 *   poll: {poll: string},
 *   vote: {},
 *   end_poll: {},
 *   auction: {auction: string, opened: boolean},
 *   open_auction: {},
 *   bid: {
 *     seq: number, status: "leading" | "outbid", price: number, next: number, maximum: number
 *   },
 *   take_chance: {claim: string, until: number},
 *   decline_chance: {},
 *   cancel_auction: {},
 *   flash: {flash: string, until: number},
 *   end_flash: {},
 *   offer: {offer: string},
 *   answer_offer: {
 *     status: "accepted" | "countered" | "declined", claim?: string, until?: number
 *   },
 *   withdraw_offer: {},
 *   giveaway: {giveaway: string},
 *   enter: {entry: string},
 *   cancel_giveaway: {},
 *   undo: {seq: number},
 * }} Answers  to each command, beside `ok`
 *
 * @typedef {{
 *   cheers: {count: number},
 *   poll_votes: {poll: string, counts: number[]},
 *   flash_count: {item: string, taken: number, went: number},
 *   giveaway_entries: {giveaway: string, count: number}
 * }} Ephemeral  messages beside the log
 */
export {};
