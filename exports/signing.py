"""Signatures by an SSH key of the office, which everybody can verify who has its public half.

OpenSSH's own format (`ssh-keygen -Y`, PROTOCOL.sshsig), namespace `planstat`: beside a signed file lies
`<file>.sig`. Whoever lacks planstat verifies with

    ssh-keygen -Y verify -f allowed_signers -I office -n planstat -s receipt.json.sig < receipt.json

where `allowed_signers` holds `office namespaces="planstat" ssh-ed25519 AAAA…`, the key as the office
made it known.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from exports.files import SIGNATURE_SUFFIX
from sources.foundation.exits import FAILED

NAMESPACE, IDENTITY, SUFFIX = "planstat", "office", SIGNATURE_SUFFIX

SECONDS = 60
"""An agent may ask somebody to confirm; nobody may be waited for longer."""


class SigningError(RuntimeError):
    """The key cannot be read or does not sign; the message says why."""

    exit_code = FAILED


@dataclass(frozen=True)
class Signer:
    """An SSH key of the office: its public half (`ssh-ed25519 AAAA…`), and what signs.

    `file` is the private key, or the public one when an agent holds the private one.
    """

    public: str
    file: Path

    @classmethod
    def read(cls, file: Path) -> Signer:
        """The key in a file (private, or `….pub`). Raises SigningError."""
        beside = file if file.suffix == ".pub" else file.with_name(f"{file.name}.pub")
        try:
            if beside.is_file():
                words = beside.read_text(encoding="utf-8").split()
            else:
                words = _run("-y", "-f", str(file)).decode().split()
        except (OSError, UnicodeDecodeError) as problem:
            raise SigningError(f"{file}: cannot be read ({problem})") from None
        if len(words) < 2:
            raise SigningError(f"{beside}: is no public SSH key")
        return cls(f"{words[0]} {words[1]}", file)

    def sign(self, path: Path) -> Path:
        """Write the signature of a file beside it; raises SigningError when the key does not sign."""
        target = signature_of(path)
        signature = _run("-Y", "sign", "-q", "-f", str(self.file), "-n", NAMESPACE, given=path.read_bytes())
        target.write_bytes(signature)
        problem = self.problem(path)
        if problem:
            raise SigningError(problem)
        return target

    def problem(self, path: Path) -> str | None:
        """What is wrong with the signature of a file, in words; None when this key signed these bytes."""
        signature = signature_of(path)
        if not signature.is_file():
            return f"{path} is not signed with the office's SSH key"
        with tempfile.TemporaryDirectory() as folder:
            signers = Path(folder) / "allowed_signers"
            signers.write_text(f'{IDENTITY} namespaces="{NAMESPACE}" {self.public}\n', encoding="utf-8")
            try:
                _run(
                    *("-Y", "verify", "-q", "-f", str(signers), "-I", IDENTITY, "-n", NAMESPACE),
                    *("-s", str(signature)),
                    given=path.read_bytes(),
                )
            except SigningError:
                return f"{signature} is no signature of these bytes by the office's SSH key"
        return None


def signature_of(path: Path) -> Path:
    """Where the signature of a file lies."""
    return path.with_name(f"{path.name}{SUFFIX}")


def _run(*arguments: str, given: bytes = b"") -> bytes:
    """What `ssh-keygen` answers. It has no terminal, so that it cannot wait for a passphrase."""
    program = shutil.which("ssh-keygen")
    if program is None:
        raise SigningError("ssh-keygen is not installed; install OpenSSH (8.2 or newer)")
    try:
        done = subprocess.run(
            [program, *arguments],
            input=given,
            capture_output=True,
            timeout=SECONDS,
            start_new_session=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SigningError(f"ssh-keygen gave no answer within {SECONDS} s") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip() or done.stdout.decode(errors="replace").strip()
        raise SigningError(
            f"ssh-keygen: {said}; a key with a passphrase must be held by an agent (name its .pub then)"
        )
    return done.stdout


__all__ = ["Signer", "SigningError", "signature_of"]
