"""The catalog: photos, listings, and the mandates under which they are lent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from liveshow.catalog.inbox import Inbox
from liveshow.catalog.listings import Listings
from liveshow.catalog.mandates import Mandates
from liveshow.catalog.photos import PhotoFiles, Photos
from liveshow.http.api import Endpoint
from liveshow.http.listings import ListingResource
from liveshow.http.mandates import MandateResource
from liveshow.http.photos import PhotoResource
from liveshow.rooms.directory import Directory
from liveshow.settings import Settings
from liveshow.store.listings import ListingRepository
from liveshow.store.mandates import MandateRepository
from liveshow.store.notices import NoticeRepository
from liveshow.store.photos import PhotoRepository
from liveshow.wiring.base import Base


@dataclass(frozen=True)
class CatalogParts:
    photos: Photos
    files: PhotoFiles
    listings: Listings
    mandates: Mandates
    inbox: Inbox

    def endpoints(self, settings: Settings) -> Iterator[Endpoint]:
        yield from PhotoResource(self.photos, self.files, settings.upload_bytes).endpoints()
        yield from ListingResource(self.listings, settings.currency).endpoints()
        yield from MandateResource(self.mandates).endpoints()


def build_catalog(
    base: Base, directory: Directory, told: Callable[[Collection[str]], None]
) -> CatalogParts:
    """Build the catalog; rooms are told through ``directory`` what changed in it.

    ``told``: who there is news for, by id.
    """
    files = PhotoFiles(base.settings.data_dir / "photos")
    files.tidy()
    limits = base.settings.limits
    changed = directory.listing_changed
    return CatalogParts(
        photos=Photos(PhotoRepository(base.database), files, limits=limits, clock=base.clock),
        files=files,
        listings=Listings(
            ListingRepository(base.database),
            changed=changed,
            told=told,
            limits=limits,
            clock=base.clock,
        ),
        mandates=Mandates(
            MandateRepository(base.database), changed=changed, told=told, clock=base.clock
        ),
        inbox=Inbox(NoticeRepository(base.database), base.clock),
    )
