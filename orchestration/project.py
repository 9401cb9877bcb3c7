"""The dbt project as orchestration sees it: its manifest, parsed only when a file of the project changed.

dbt keeps a manifest of everything it will run. Parsing takes seconds, so it is kept under the data root
together with a hash of the files it came from.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sources.foundation.files import locked, replacing, sha256_of

from .resources import Settings, make_root, read_json, write_json

NOT_PART = {"target", "logs", "dbt_packages", "__pycache__", ".user.yml"}

Manifest = Mapping[str, Any]


class ProjectBroken(Exception):
    """dbt cannot read the project; the message holds dbt's own words."""


@dataclass(frozen=True)
class Project:
    """The dbt project of these settings."""

    settings: Settings

    @property
    def folder(self) -> Path:
        return self.settings.dbt_project

    @property
    def target(self) -> Path:
        return self.settings.paths.dbt / "target"

    @property
    def build_target(self) -> Path:
        """What dbt writes about a build of this process: compiled SQL, results."""
        return self.settings.paths.dbt / "build" / str(os.getpid())

    @property
    def kept_manifest(self) -> Path:
        return self.settings.paths.dbt / "manifest.json"

    @property
    def _kept_hash(self) -> Path:
        return self.settings.paths.dbt / "manifest_of.json"

    def engine(self) -> dict[str, str]:
        """The programs whose version decides what a model means."""
        return {name: version(name) for name in ("dbt-core", "dbt-duckdb", "duckdb")}

    def hash(self) -> str:
        """SHA-256 over names and bytes of all project files, the engine's versions and the data root."""
        known = [self.engine(), str(self.settings.paths.root)]  # the manifest holds paths of the root
        digest = hashlib.sha256(json.dumps(known, sort_keys=True).encode())
        for file in self._files():
            digest.update(str(file.relative_to(self.folder)).encode() + b"\0")
            digest.update(bytes.fromhex(sha256_of(file)))
        return digest.hexdigest()

    def _files(self) -> Iterator[Path]:
        if not (self.folder / "dbt_project.yml").exists():
            raise ProjectBroken(f"{self.folder} is no dbt project: it has no dbt_project.yml")
        for file in sorted(self.folder.rglob("*")):
            parts = file.relative_to(self.folder).parts
            if file.is_file() and not NOT_PART.intersection(parts):
                yield file

    def manifest(self) -> Manifest:
        """dbt's manifest of the project as it is now. Raises ProjectBroken with dbt's words."""
        now = self.hash()
        if not self._is_parsed(now):
            self._parse(now)
        manifest: Manifest = json.loads(self.kept_manifest.read_bytes())
        return manifest

    def is_parsed(self) -> bool:
        """Whether the kept manifest is of the project as it is now: else `manifest` takes seconds."""
        return self._is_parsed(self.hash())

    def _is_parsed(self, now: str) -> bool:
        return self.kept_manifest.exists() and read_json(self._kept_hash).get("project") == now

    def _parse(self, now: str) -> None:
        make_root(self.settings.paths)
        self.settings.paths.dbt.mkdir(parents=True, exist_ok=True)
        with locked(self.settings.paths.dbt / "parse.lock", wait_seconds=600):
            # a second process waits, then finds the manifest parsed
            if self._is_parsed(now):
                return
            with self.settings.environment():
                done = subprocess.run(
                    [self.program, "--no-use-colors", "--quiet", "parse", *self.arguments()],
                    capture_output=True,
                    text=True,
                    cwd=self.folder,
                    check=False,
                )
            if done.returncode != 0:
                words = (done.stdout + done.stderr).strip()
                raise ProjectBroken(f"dbt cannot read the project in {self.folder}:\n{words}")
            with replacing(self.kept_manifest) as beside:
                shutil.copyfile(self.target / "manifest.json", beside)
            write_json(self._kept_hash, {"project": now})

    @property
    def program(self) -> str:
        """The `dbt` of this Python's environment."""
        beside = Path(sys.executable).parent / "dbt"
        return str(beside) if beside.exists() else "dbt"

    def arguments(self) -> list[str]:
        """Where dbt reads and writes, as arguments of its command line."""
        return [
            *("--project-dir", str(self.folder)),
            *("--profiles-dir", str(self.folder)),
            *("--target-path", str(self.target)),
            *("--log-path", str(self.settings.paths.logs / "dbt")),
        ]
