"""`python -m dbt_project`: write anew what follows from declarations, and name the files that changed."""

from __future__ import annotations

import sys

from dbt_project.generated import write
from sources.foundation.located_yaml import DeclarationError

if __name__ == "__main__":
    try:
        changed = write()
    except DeclarationError as error:
        sys.exit(str(error))
    sys.stdout.write("".join(f"{path}\n" for path in changed) or "nothing changed\n")
