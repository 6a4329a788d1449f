"""The history of the database's tables, run by ``liveshow.store.migrate``."""
