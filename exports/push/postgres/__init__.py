"""Released editions in a PostgreSQL database: tables with keys and comments, views that lead to the newest.

tables    an edition as tables: columns, keys, words
loading   brings a database to the state of the current editions, and reads it back
"""

from exports.push.postgres.connecting import PostgresError
from exports.push.postgres.loading import Loaded, Target, push_postgres

__all__ = ["Loaded", "PostgresError", "Target", "push_postgres"]
