"""Cases about orders: opened, answered, ruled on, ended by time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liveshow.cases.service import Cases
from liveshow.cases.watch import CaseWatch
from liveshow.http.api import Endpoint
from liveshow.http.cases import CaseResource
from liveshow.store.accounts import AccountRepository
from liveshow.store.cases import CaseRepository
from liveshow.wiring.base import Base
from liveshow.wiring.payments import PaymentParts
from liveshow.wiring.shows import ShowParts


@dataclass(frozen=True)
class CaseParts:
    cases: Cases
    watch: CaseWatch
    resource: CaseResource

    def endpoints(self) -> Iterator[Endpoint]:
        yield from self.resource.endpoints()


def build_cases(base: Base, shows: ShowParts, money: PaymentParts) -> CaseParts:
    cases = Cases(
        CaseRepository(base.database),
        money.orders,
        AccountRepository(base.database),
        base.clock,
        days=base.settings.case_days,
        told=shows.notices.tell,
    )
    return CaseParts(cases, CaseWatch(cases), CaseResource(cases, money.orders))
