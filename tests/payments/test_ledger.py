"""Money is moved, never made: whatever is sold, to whom, and taken back."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from liveshow.domain.money import refund_postings, sale_postings
from liveshow.payments.simulated import SUCCEEDS
from liveshow.store.database import Database
from liveshow.store.tables.orders import LedgerRow, OrderRow
from tests.payments.world import ANA, BEN, HOST, SELLER, World, card

prices = st.integers(1, 99_999_999)
percents = st.integers(0, 90)


@given(
    st.lists(st.tuples(prices, percents), min_size=1, max_size=8),
    st.integers(0, 99_999_999),
    st.integers(0, 10),
)
def test_a_sale_and_its_refund_sum_to_zero(
    lines: list[tuple[int, int]], shipping: int, fee: int
) -> None:
    sale = sale_postings(lines, shipping, owner="o", host="h", fee_percent=fee)
    assert sum(line.amount for line in sale) == 0
    paid = sum(amount for amount, _ in lines) + shipping
    for line in sale:
        if line.account == "provider":
            assert line.amount == paid
        else:
            # Nobody is owed more than was paid, and nobody owes anything.
            assert -paid <= line.amount < 0
    both = [*sale, *refund_postings(sale, paid)]
    for account in ("provider", "owner", "host", "operator"):
        assert sum(line.amount for line in both if line.account == account) == 0


@given(
    st.lists(st.tuples(prices, percents), min_size=1, max_size=4),
    st.integers(0, 9_999),
    st.integers(0, 9_999),
    st.lists(st.integers(1, 10**8), max_size=5),
)
def test_whatever_goes_back_in_parts_sums_to_zero(
    lines: list[tuple[int, int]], shipping: int, support: int, parts: list[int]
) -> None:
    ledger = sale_postings(lines, shipping, support, owner="o", host="h", fee_percent=5)
    left = sum(amount for amount, _ in lines) + shipping
    for part in parts:
        amount = min(part, left)
        if not amount:
            break
        back = refund_postings(ledger, amount)
        assert sum(line.amount for line in back) == 0
        ledger, left = [*ledger, *back], left - amount
    if left:
        ledger += refund_postings(ledger, left)
    for account in ("provider", "owner", "host", "host_shipping", "operator"):
        assert sum(line.amount for line in ledger if line.account == account) == 0


@st.composite
def purchases(draw: st.DrawFn) -> list[tuple[bool, int, int, int, bool]]:
    """``(lent, price, commission, shipping, refunded)`` of each piece."""
    return draw(
        st.lists(
            st.tuples(
                st.booleans(),
                prices,
                percents,
                st.integers(0, 10_000),
                st.booleans(),
            ),
            min_size=1,
            max_size=5,
        )
    )


_shows = iter(range(10**6))


@settings(
    max_examples=20,
    deadline=None,
    # Every example takes a second: shrinking would take minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(purchases(), st.integers(0, 10))
async def test_what_people_are_owed_is_exactly_what_the_provider_has(
    sqlite_database: Database, bought: list[tuple[bool, int, int, int, bool]], fee: int
) -> None:
    async with sqlite_database.read() as connection:
        known = await connection.exec_driver_sql("SELECT count(*) FROM users")
        first = known.scalar_one() == 0
    world = await World.build(sqlite_database) if first else World(sqlite_database)
    world.fee_percent = fee
    show = f"show-{next(_shows)}"
    await world.add_show(show)
    pieces = [
        await world.piece(
            price,
            owner=SELLER if lent else HOST,
            commission=commission if lent else 0,
            shipping=shipping,
            show=show,
        )
        for lent, price, commission, shipping, _ in bought
    ]
    server = world.server()
    before = await world.received()
    paid = 0
    for n, piece in enumerate(pieces):
        buyer = (ANA, BEN)[n % 2]
        await server.claim(buyer, piece, show=show)
    for buyer in (ANA, BEN)[: len(pieces)]:
        payment = await server.checkout(buyer, show=show)
        charge = await server.provider.confirm(payment.id, card(SUCCEEDS))
        assert charge.status == "succeeded"
        paid += payment.amount
    await server.payments.reconcile(thorough=True)
    refunds = [refunded for *_, refunded in bought]
    orders = [row for row in await world.rows(OrderRow) if row.show_id == show]
    assert sum(order.total for order in orders) == paid
    for order, refunded in zip(orders, refunds, strict=False):
        if refunded:
            owner = SELLER if order.owner_id == SELLER.id else HOST
            await server.orders.refund(order.id, owner, order.id, "sorry")
            paid -= order.total

    assert await world.received() - before == paid
    await world.assert_books_balance()
    owed = 0
    for seller in (HOST, SELLER):
        if seller == HOST or any(lent for lent, *_ in bought):
            balance = await server.orders.balance(show, seller.id)
            assert balance.balance >= 0
            assert balance.balance == (
                balance.sales
                + balance.shipping
                + balance.commission_earned
                - balance.commission_paid
                - balance.fees
                - balance.refunds
            )
            owed += balance.balance
    operator = -sum(
        line.amount
        for line in await world.rows(LedgerRow)
        if line.show_id == show and line.account == "operator"
    )
    assert owed + operator == paid
    await world.close()
