// @ts-check
/**
 * The shapes of PROTOCOL.md, for the type checker. Nothing here runs.
 *
 * Times are milliseconds since 1970 (UTC), money is minor units.
 *
 * @typedef {{id: string, handle: string, name: string}} User
 * @typedef {User & {role?: string}} Speaker  a user as written in a chat line; role: "", host,
 *   cohost, moderator
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
 *
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
 *   claim: string, user: User, variant: string, quantity: number, price?: number, until: number,
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
 * @property {{
 *   mandate: string, floor: number, commission_percent: number, expires_at: number | null
 * } | null} [lending]  staff only
 *
 * @typedef {object} Line
 * @property {number} id
 * @property {number} at
 * @property {string} kind
 * @property {Speaker | null} user
 * @property {string} text
 * @property {{id: string, number: number, title: string} | null} item
 * @property {boolean} deleted
 *
 * @typedef {{user: User, role: string}} StaffMember
 * @typedef {{
 *   user: User, kind: "mute" | "ban", until: number | null, reason: string, by: User, seq: number
 * }} Sanction
 * @typedef {{entry: string, user: User, variant: string, quantity: number, at: number}} Waiting
 *
 * @typedef {object} State
 * @property {Show} show
 * @property {StaffMember[]} staff
 * @property {{slow_seconds: number, mode: string, lines: Line[], words?: string[]}} chat
 * @property {Item[]} items
 * @property {string | null} pinned
 * @property {Sanction[]} [sanctions]                    staff only
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
 *
 * @typedef {{
 *   entry: string, item: string, variant: string, quantity: number, place: number
 * }} MyWaiting
 * @typedef {{
 *   id: string | number, at: number, kind: string, text: string,
 *   item: {id: string, number: number, title: string} | null
 * }} Notice
 *
 * @typedef {object} CartLine
 * @property {string} claim
 * @property {string} item
 * @property {string} listing
 * @property {number} number
 * @property {string} title
 * @property {Photo | null} photo
 * @property {string} variant
 * @property {number} quantity
 * @property {number} price
 * @property {number} amount
 * @property {number} until
 * @property {string[]} promises
 *
 * @typedef {{
 *   owner: User, lines: CartLine[], items: number, shipping: number, total: number
 * }} Parcel
 * @typedef {{
 *   show: {id: string, title: string, status: ShowStatus}, currency: string, parcels: Parcel[],
 *   items: number, shipping: number, total: number, until: number | null, payment: string | null
 * }} Cart
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
 *
 * @typedef {{
 *   price: number, shipping_added: number, parcel_shipping: number, parcel_before: number,
 *   currency: string
 * }} Quote
 *
 * @typedef {object} Payment
 * @property {string} id
 * @property {string | {id: string, title: string}} show
 * @property {string} status   open, challenge, processing, succeeded, failed, cancelled, expired,
 *   refunded
 * @property {number} amount
 * @property {string} currency
 * @property {Parcel[]} parcels
 * @property {number | null} until
 * @property {string} provider
 * @property {{form: string, parameters: Record<string, string>} | null} client  what this browser
 *   needs to pay
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
 *   title: string, photo: Photo | null, variant: string, number: number, quantity: number,
 *   price: number, amount: number, promises: string[]
 * }[]} lines
 * @property {string} currency
 * @property {number} items
 * @property {number} shipping
 * @property {number} total
 * @property {Address | null} address
 * @property {string} carrier
 * @property {string} tracking
 * @property {string} reason
 * @property {{status: string, at: number, by: User | null}[]} history
 * @property {string} payment
 * @property {number} created_at
 * @property {{account: string, amount: number}[]} ledger
 *
 * @typedef {{
 *   seq: number, at: number, type: string, by: User | null, user: User | null,
 *   message: string | null, reason: string | null, until: number | null,
 *   change: {words?: string[], was?: string[], seconds?: number, mode?: string} | null,
 *   undone_by: number | null
 * }} AuditEntry
 * @typedef {{
 *   user: User, roles: string[], connected: boolean, muted_until: number | null,
 *   banned_until: number | null, last_said_at: number | null
 * }} Person
 * @typedef {object} MediaStats  of a show, for its staff
 * @property {boolean} live
 * @property {string} summary   in plain words
 * @property {boolean} healthy
 * @property {number} viewers   of the video
 * @property {{good: number, fair: number, weak: number}} connections
 * @property {{loss: number} | null} publisher
 * @property {{
 *   rid: string, codec: string, bitrate: number, frames_per_second: number, active: boolean
 * }[]} layers
 */
export {};
