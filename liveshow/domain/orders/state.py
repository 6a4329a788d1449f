"""What orders that are taken back change in the state of their show."""

from __future__ import annotations

from dataclasses import dataclass

from liveshow.domain.checkout.state import Checkout
from liveshow.domain.orders.ends import MONEY_BACK, ORDER_ENDS
from liveshow.domain.orders.events import (
    ItemReturned,
    OrderRefunded,
    OrderRestocked,
    OrderShipped,
)
from liveshow.domain.run_of_show.state import RunOfShow
from liveshow.domain.show.notices import Notices
from liveshow.domain.show.slices import Moment, Slice, applies


@dataclass
class Orders(Slice):
    """Orders are rows: the state has of them only what a parcel still costs."""

    @applies(OrderRefunded)
    def _refunded(self, event: OrderRefunded, moment: Moment) -> None:
        if event.status:
            # Its pieces are in the parcel no more; what it goes on paying for shipping is.
            moment.state[Checkout].take_back(
                event.user.id, event.seller.id, event.order, event.kept
            )
        else:
            moment.state[Checkout].lower_kept(
                event.user.id, event.seller.id, event.order, event.amount
            )
        notices = moment.state[Notices]
        if event.status:
            seller = ORDER_ENDS[event.status].seller
            notices.tell_end(moment, event.seller.id, seller, text=event.reason)
        notices.tell_end(moment, event.user.id, MONEY_BACK, text=event.reason, price=event.amount)

    @applies(OrderShipped)
    def _shipped(self, event: OrderShipped, moment: Moment) -> None:
        checkout = moment.state[Checkout]
        checkout.close_parcel(event.user.id, event.seller.id, event.order, event.closes)

    @applies(OrderRestocked)
    def _restocked(self, event: OrderRestocked, moment: Moment) -> None:
        """The pieces come back one by one."""

    @applies(ItemReturned)
    def _returned(self, event: ItemReturned, moment: Moment) -> None:
        item = moment.state[RunOfShow].items[event.item]
        item.count(event.moves())
        item.sold_here -= event.quantity
