"""The dbt project as orchestration sees it: its manifest, parsed only when a file of the project changed.

dbt keeps a manifest of everything it will run. Parsing takes many seconds, so it is kept with a hash of the
files it came from: beside the project, as Python keeps its bytecode, and under the data root where that
folder cannot be written. It names no data root (`ROOT` stands there), so all roots share it.
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

from sources.foundation.exits import FAILED
from sources.foundation.files import locked, replacing, sha256_of

from .resources import Settings, make_root, read_json, write_json

ROOT = "<data root>"
"""What stands in a manifest for the data root; `dbt_process` puts the root's own path there."""

NOT_PART = {"target", "logs", "dbt_packages", "__pycache__", ".user.yml"}

Manifest = Mapping[str, Any]


class ProjectBroken(Exception):
    """dbt cannot read the project; the message holds dbt's own words."""

    exit_code = FAILED


@dataclass(frozen=True)
class Project:
    """The dbt project of these settings."""

    settings: Settings

    @property
    def folder(self) -> Path:
        return self.settings.dbt_project

    @property
    def kept(self) -> Path:
        """Where the manifest and what dbt knows of its last parse are kept."""
        beside = self.folder / "target" / "planstat"
        there = next(folder for folder in (beside, *beside.parents) if folder.exists())
        return beside if os.access(there, os.W_OK) else self.settings.paths.dbt / "kept"

    @property
    def build_target(self) -> Path:
        """What dbt writes about a build of this process: compiled SQL, results."""
        return self.settings.paths.dbt / "build" / str(os.getpid())

    @property
    def _kept_manifest(self) -> Path:
        return self.kept / "manifest.json"

    @property
    def kept_parse(self) -> Path:
        """What dbt knows of its last parse: with it, dbt reads only what changed."""
        return self.kept / "partial_parse.msgpack"

    @property
    def _kept_hash(self) -> Path:
        return self.kept / "manifest_of.json"

    def engine(self) -> dict[str, str]:
        """The programs whose version decides what a model means."""
        return {name: version(name) for name in ("dbt-core", "dbt-duckdb", "duckdb")}

    def hash(self) -> str:
        """SHA-256 over names and bytes of all project files, the engine's versions and the folder."""
        known = [self.engine(), str(self.folder)]  # dbt finds the files of seeds by the folder
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
        try:
            manifest: Manifest = json.loads(self._kept_manifest.read_bytes())
        except ValueError:  # damaged: dbt reads the whole project again
            for kept in (self._kept_manifest, self.kept_parse):
                kept.unlink(missing_ok=True)
            self._parse(now)
            manifest = json.loads(self._kept_manifest.read_bytes())
        return manifest

    def is_parsed(self) -> bool:
        """Whether the kept manifest is of the project as it is now: else `manifest` takes seconds."""
        return self._is_parsed(self.hash())

    def _is_parsed(self, now: str) -> bool:
        return self._kept_manifest.exists() and read_json(self._kept_hash).get("project") == now

    def _parse(self, now: str) -> None:
        make_root(self.settings.paths)
        self.kept.mkdir(parents=True, exist_ok=True)
        with locked(self.kept / "parse.lock", wait_seconds=600):
            # a second process waits, then finds the manifest parsed
            if self._is_parsed(now):
                return
            target = self.settings.paths.dbt / "target"
            target.mkdir(parents=True, exist_ok=True)
            if self.kept_parse.exists():
                shutil.copyfile(self.kept_parse, target / self.kept_parse.name)
            done = subprocess.run(
                [
                    *(self.program, "--no-use-colors", "--quiet", "parse"),
                    *("--project-dir", str(self.folder), "--profiles-dir", str(self.folder)),
                    *("--target-path", str(target), "--log-path", str(self.settings.paths.logs / "dbt")),
                ],
                capture_output=True,
                text=True,
                cwd=self.folder,
                env={**os.environ, **self.settings.for_programs(), "PLANSTAT_DATA": ROOT},
                check=False,
            )
            if done.returncode != 0:
                words = (done.stdout + done.stderr).strip()
                raise ProjectBroken(f"dbt cannot read the project in {self.folder}:\n{words}")
            for kept in (self._kept_manifest, self.kept_parse):
                with replacing(kept) as beside:
                    shutil.copyfile(target / kept.name, beside)
            write_json(self._kept_hash, {"project": now})

    @property
    def program(self) -> str:
        """The `dbt` of this Python's environment."""
        beside = Path(sys.executable).parent / "dbt"
        return str(beside) if beside.exists() else "dbt"
