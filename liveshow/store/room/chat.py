"""Who follows the host, and who sells: what the modes of the chat ask."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlmodel import col

from liveshow.domain.chat.facts import FOLLOWERS, SELLERS, SINCE
from liveshow.store.room.aggregate import Aggregate, Place
from liveshow.store.tables.accounts import FollowRow, UserRow
from liveshow.store.tables.listings import ListingRow


async def _followers(place: Place, users: frozenset[str]) -> Mapping[str, bool]:
    found = await place.connection.execute(
        select(col(FollowRow.follower_id)).where(
            col(FollowRow.followee_id) == place.host_id, col(FollowRow.follower_id).in_(users)
        )
    )
    return dict.fromkeys(found.scalars(), True)


async def _sellers(place: Place, users: frozenset[str]) -> Mapping[str, bool]:
    found = await place.connection.execute(
        select(col(ListingRow.owner_id))
        .where(col(ListingRow.owner_id).in_(users), col(ListingRow.archived_at).is_(None))
        .distinct()
    )
    return dict.fromkeys(found.scalars(), True)


async def _since(place: Place, users: frozenset[str]) -> Mapping[str, int]:
    found = await place.connection.execute(
        select(col(UserRow.id), col(UserRow.created_at)).where(col(UserRow.id).in_(users))
    )
    return {row.id: row.created_at for row in found}


class ChatFacts(Aggregate):
    """The chat has no rows but its events."""

    ORDER = 60
    LOADERS = {FOLLOWERS: _followers, SELLERS: _sellers, SINCE: _since}
