"""What decisions about the chat need to know of who speaks."""

from __future__ import annotations

from liveshow.domain.show.facts import Fact

# By user id: whether they follow the show's host, and whether they have a listing.
FOLLOWERS: Fact[str, bool] = Fact("followers")
SELLERS: Fact[str, bool] = Fact("sellers")
# By user id: since when there is the account, milliseconds. Only where newcomers wait.
SINCE: Fact[str, int] = Fact("account since")
