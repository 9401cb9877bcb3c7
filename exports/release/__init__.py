"""Releases: a checked candidate becomes an edition that never changes.

What leaves are the bytes that were checked (`receipt`); with the office's key the receipt is signed.
The order of a publication is what makes it safe to kill at any point:

1. Under the lock: re-hash every file of the candidate and compare with its receipt; refuse anything else.
2. Copy the files into a new folder beside the editions, hashing what is copied: whoever holds a candidate's
   file open, or under another name, holds another file than the one that is published.
3. Write `release.json` (version, time), write-protect and flush everything, remember the intent in the
   history.
4. Rename the new folder to `releases/<product>/<version>/`. This one rename is the publication.
5. Hash once more, remember it as published, take the candidate away.
6. Derive the rest from the folders: link `current`, `catalog.json` and its page, `planstat.duckdb`.

Killed before 4: nothing was published, the candidate is still there. Killed after 4: the edition is
published, and `repair` (run first by every publication, and callable by itself) completes the history and
derives the rest again. Editions that the history does not know, or knows otherwise, are named in the
catalog, and `current` never leads to them.

edition       one edition and the editions there are
receipt       the verdict bound to the bytes that were checked
remembering   what was ever published, from the history
derived       links, catalog and database, derived from the editions
index         the page that lists the editions, for people
shelf         letters and workbooks made of editions, beside them
verification  whether all of it is still what was published
publishing    a candidate becomes an edition
upkeep        repair, a new history, an edition given up, signatures
"""

from exports.release.edition import (
    Release,
    ReleaseError,
    ReleaseRefused,
    Unchanged,
    current_release,
    current_releases,
    diff,
    list_releases,
    show,
    unreadable,
)
from exports.release.publishing import publish
from exports.release.receipt import demands_sha256, is_genuine, look, record_holds, write_receipt
from exports.release.remembering import remembered, unremembered
from exports.release.upkeep import adopt, give_up, repair, sign_all
from exports.release.verification import (
    derived_problems,
    foreign_editions,
    quick_problems,
    verify,
    verify_all,
)

__all__ = [
    "Release",
    "ReleaseError",
    "ReleaseRefused",
    "Unchanged",
    "adopt",
    "current_release",
    "current_releases",
    "demands_sha256",
    "derived_problems",
    "diff",
    "foreign_editions",
    "give_up",
    "is_genuine",
    "list_releases",
    "look",
    "publish",
    "quick_problems",
    "record_holds",
    "remembered",
    "repair",
    "show",
    "sign_all",
    "unreadable",
    "unremembered",
    "verify",
    "verify_all",
    "write_receipt",
]
