"""Who is in the demo, and what is for sale: plain data."""

from __future__ import annotations

from dataclasses import dataclass, field

from liveshow.catalog.stock import WantedVariant
from liveshow.domain.values import Address, Shipping

SHOW = "demo"
COMING = "sunday-silk"
PAST = "linen-week"
PASSWORD = "liveshow"  # noqa: S105 - everybody is meant to know it


@dataclass(frozen=True)
class Character:
    """Somebody with an account."""

    handle: str
    name: str
    bio: str = ""


ROLES = (
    Character(
        "host",
        "Maya",
        "Second-hand coats, first-hand opinions. Live on Saturdays from a very small flat.",
    ),
    Character("seller", "Noor", "Silk, leather, gold. I find it, Maya shows it, you wear it."),
    Character("moderator", "Sam", "I keep the chat kind."),
    Character("viewer", "Vera", "Always looking for the perfect coat."),
    Character("viewer2", "Theo", "Here for the mugs."),
)

GUESTS = (
    Character("lotte", "Lotte"),
    Character("dev.p", "Dev"),
    Character("mina_k", "Mina"),
    Character("jules", "Jules"),
    Character("abena", "Abena"),
    Character("kit.and.co", "Kit"),
)

#: follower → followed
FOLLOWS = (
    *((guest.handle, "host") for guest in GUESTS),
    ("viewer", "host"),
    ("moderator", "host"),
    ("seller", "host"),
    ("viewer", "seller"),
    ("host", "seller"),
    ("lotte", "seller"),
    ("mina_k", "seller"),
)

ADDRESSES = {
    "viewer": Address(
        name="Vera Lindqvist",
        line1="14 Harbour Street",
        line2="",
        city="Portland",
        region="ME",
        postcode="04101",
        country="US",
    ),
    "lotte": Address(
        name="Lotte Jansen",
        line1="7 Canal Row",
        line2="",
        city="Albany",
        region="NY",
        postcode="12207",
        country="US",
    ),
    "jules": Address(
        name="Jules Martin",
        line1="230 Elm Avenue",
        line2="Apt 4",
        city="Burlington",
        region="VT",
        postcode="05401",
        country="US",
    ),
}


@dataclass(frozen=True)
class Piece:
    """A listing to be. ``picture`` names what ``pictures`` draws; ``more`` are further photos.

    Of a lent piece ``floor`` and ``commission`` are the terms of its mandate.
    """

    key: str
    owner: str
    title: str
    price: int
    description: str
    brand: str
    category: str
    condition: str
    shipping: Shipping
    quantity: int | None = 1
    variants: tuple[WantedVariant, ...] = ()
    more: tuple[str, ...] = ()
    floor: int | None = None
    commission: int = 0
    pictures: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pictures", (self.key, *self.more))


def _sizes(**quantities: int) -> tuple[WantedVariant, ...]:
    return tuple(WantedVariant(count, size=size) for size, count in quantities.items())


def _shoes(quantities: dict[int, int]) -> tuple[WantedVariant, ...]:
    return tuple(WantedVariant(count, size=str(size)) for size, count in quantities.items())


def _colors(**quantities: int) -> tuple[WantedVariant, ...]:
    return tuple(WantedVariant(count, color=color) for color, count in quantities.items())


#: In the order of the run of show.
RUN_OF_SHOW = (
    Piece(
        "coat",
        "host",
        "Camel wool coat",
        14_800,
        "Double-breasted, fully lined, big pockets. Worn for one winter, brushed and steamed. "
        "Fits a relaxed M; shoulders 44 cm, length 112 cm.",
        "Arden & Rye",
        "Coats",
        "like_new",
        Shipping(weight=1_400),
        more=("coat-detail",),
    ),
    Piece(
        "dress",
        "host",
        "Garden wrap dress",
        4_200,
        "Viscose, falls beautifully, ties at the waist. Dead stock: all tags still on.",
        "Maison Lune",
        "Dresses",
        "new",
        Shipping(weight=420),
        quantity=None,
        variants=_sizes(S=2, M=3, L=1),
        more=("dress-detail",),
    ),
    Piece(
        "sneakers",
        "host",
        "White court sneakers",
        6_500,
        "Leather, gum sole, fresh laces. EU sizes; they run true.",
        "Baseline",
        "Shoes",
        "like_new",
        Shipping(weight=950),
        quantity=None,
        variants=_shoes({38: 1, 39: 2, 40: 1, 41: 1}),
    ),
    Piece(
        "mug",
        "host",
        "The Saturday Rail mug",
        1_400,
        "Our own enamel mug. Survives camping trips and live shows.",
        "The Saturday Rail",
        "Home",
        "new",
        Shipping(flat=495),
        quantity=24,
    ),
    Piece(
        "bag",
        "seller",
        "Saddle crossbody bag",
        8_500,
        "Vegetable-tanned leather with a lovely patina, brass buckle, adjustable strap.",
        "Tolva",
        "Bags",
        "good",
        Shipping(weight=700),
        more=("bag-detail",),
        floor=7_200,
        commission=10,
    ),
    Piece(
        "sunglasses",
        "seller",
        "Tortoiseshell sunglasses",
        2_800,
        "Acetate frames, UV400 lenses, with a soft case.",
        "Soleil",
        "Accessories",
        "new",
        Shipping(flat=395),
        quantity=5,
        floor=2_200,
    ),
    Piece(
        "scarf",
        "host",
        "Brushed check scarf",
        3_800,
        "Lambswool and a little cashmere. Huge, warm, never itchy.",
        "Fell & Moor",
        "Accessories",
        "new",
        Shipping(flat=395),
        quantity=None,
        variants=_colors(Rust=2, Sage=2),
    ),
    Piece(
        "denim",
        "host",
        "Boxy denim jacket",
        5_400,
        "Thick old denim, softened by somebody else's summers. One of one.",
        "Northline",
        "Jackets",
        "good",
        Shipping(weight=900),
    ),
    Piece(
        "blouse",
        "seller",
        "Silk tie-neck blouse",
        3_600,
        "Washed silk in rose. Wear the tie as a bow, or loose.",
        "Maison Lune",
        "Tops",
        "like_new",
        Shipping(weight=200),
        quantity=None,
        variants=_sizes(S=1, M=1, L=2),
        floor=3_000,
        commission=10,
    ),
    Piece(
        "skirt",
        "seller",
        "Pleated midi skirt",
        3_200,
        "Sunray pleats, elastic waist, size S to M.",
        "Atelier Ode",
        "Skirts",
        "like_new",
        Shipping(weight=380),
        floor=2_800,
    ),
    Piece(
        "hoops",
        "seller",
        "Gold hoop earrings",
        1_800,
        "Gold-plated brass, 35 mm, light enough for all day.",
        "Orbit",
        "Jewellery",
        "new",
        Shipping(flat=350),
        quantity=6,
        floor=1_500,
        commission=10,
    ),
    Piece(
        "hat",
        "host",
        "Straw sun hat",
        2_400,
        "Wide brim, black band, packs flat.",
        "Fell & Moor",
        "Accessories",
        "new",
        Shipping(weight=300),
        quantity=2,
    ),
)

#: Offered by the seller, not yet accepted; and one that the host asks for, sold once before.
OFFERED = Piece(
    "cardigan",
    "seller",
    "Chunky knit cardigan",
    4_600,
    "Hand-knitted, horn buttons, smells of lavender.",
    "Handmade",
    "Knitwear",
    "good",
    Shipping(weight=800),
    floor=4_000,
    commission=5,
)
REQUESTED = Piece(
    "boots",
    "seller",
    "Chelsea boots",
    7_400,
    "Black leather, new heels, EU 39. Two pairs of the same.",
    "Tolva",
    "Shoes",
    "good",
    Shipping(weight=1_300),
    quantity=2,
    floor=6_500,
    commission=15,
)
#: Sold in the show that is over.
SHIRT = Piece(
    "shirt",
    "host",
    "Linen camp shirt",
    3_400,
    "Undyed linen, softer with every wash.",
    "Fell & Moor",
    "Tops",
    "new",
    Shipping(weight=250),
    quantity=None,
    variants=_sizes(S=1, M=1, L=1),
)
ALL_PIECES = (*RUN_OF_SHOW, OFFERED, REQUESTED, SHIRT)

#: Said before anybody has opened the page: (handle, text).
SMALL_TALK = (
    ("lotte", "Good evening everyone 👋"),
    ("dev.p", "hi hi, made it in time today"),
    ("moderator", "Welcome! Tap an item to see sizes and shipping before you claim."),
    ("abena", "that coat!! 😍"),
    ("jules", "@host is the coat lined?"),
    ("host", "@jules fully lined, and the pockets are enormous"),
    ("mina_k", "Does the dress run small?"),
    ("host", "@mina_k true to size, I would take your usual"),
    ("kit.and.co", "got my scarf from last week, it is SO soft"),
    ("lotte", "shipping together if I take two of yours, right?"),
    ("moderator", "@lotte yes, one parcel per seller, combined automatically"),
)
WELCOME = "Welcome to the Saturday Rail! Everything is one click to hold, five minutes to pay."
