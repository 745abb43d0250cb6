"""Approvals signed with a unit's own Ed25519 key: made, and checked with the public key."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.run.parameters import ParameterError
from helpers.year.approvals import Approval, Signature

if TYPE_CHECKING:  # the library takes its time to load: only who signs or checks a signature waits for it
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

#: Where the password of a key may stand; else it is asked for.
PASSWORD = "SELFEVAL_KEY_PASSWORD"  # noqa: S105 - the name of a variable
#: No key is larger.
LARGEST = 64 * 1024
_MAKE = "openssl genpkey -algorithm ed25519 -out unit.pem；公钥：openssl pkey -in unit.pem -pubout -out unit.pub"


def statement(manifest_sha256: str, reviewer: str, on: date, remarks: str | None) -> bytes:
    """What is signed: which package, by whom, when and with which remarks; nothing of it can be changed afterwards."""
    lines = ("selfeval approval 1", manifest_sha256, reviewer, on.isoformat(), remarks or "")
    return "".join(f"{line}\n" for line in lines).encode()


def signed(key: Path, message: bytes) -> Signature:
    """The signature with a private key. Raises ``ParameterError`` for a file that is none, or without its password."""
    private = _private(key)
    return Signature(
        key_sha256=fingerprint(private.public_key()), value=base64.b64encode(private.sign(message)).decode()
    )


def fingerprint(key: Ed25519PublicKey) -> str:
    """The hash over a public key as openssl writes it in DER."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def holds(signature: Signature, key: Ed25519PublicKey, message: bytes) -> bool:
    """Whether a key's owner has signed this message."""
    from cryptography.exceptions import InvalidSignature

    try:
        key.verify(base64.b64decode(signature.value, validate=True), message)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def public_key(path: Path) -> Ed25519PublicKey:
    """The public key in a PEM file; raises ``ParameterError``."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(_content(path))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _no_key(path, "公钥") from None
    if not isinstance(key, Ed25519PublicKey):
        raise _no_key(path, "公钥")
    return key


def _private(path: Path) -> Ed25519PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    content = _content(path)
    locked = b"ENCRYPTED" in content
    try:
        key = load_pem_private_key(content, _password(path) if locked else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        if locked:
            raise ParameterError(
                f"[key_password]  {path} 的密码不对，没有核准\n    处理：重新输入，或用环境变量 {PASSWORD} 给出"
            ) from None
        raise _no_key(path, "私钥") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path, "私钥")
    return key


def _password(path: Path) -> bytes:
    """From the environment, else asked for where somebody can answer."""
    if told := os.environ.get(PASSWORD):
        return told.encode()
    if sys.stdin is None or not sys.stdin.isatty():
        raise ParameterError(
            f"[key_password]  {path} 有密码\n    处理：用环境变量 {PASSWORD} 给出，或在终端里运行后输入"
        )
    from getpass import getpass

    return getpass(f"{path.name} 的密码：").encode()


def _content(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise ParameterError(f"[no_key]  没有这个文件：{path}\n    处理：检查密钥文件的路径；新的密钥：{_MAKE}")
        with path.open("rb") as stream:
            return stream.read(LARGEST)
    except OSError as error:
        raise ParameterError(f"[no_key]  {path} 读不了：{error.strerror}\n    处理：给账户读这个文件的权限") from None


def _no_key(path: Path, what: str) -> ParameterError:
    return ParameterError(
        f"[not_a_key]  {path} 不是 Ed25519 {what}（PEM）\n    处理：换成单位的密钥；新的密钥：{_MAKE}"
    )


# --- what a checker is told -----------------------------------------------------------------------


def signature_words(approvals: tuple[Approval, ...], manifest_sha256: str, key: Ed25519PublicKey) -> tuple[bool, str]:
    """Whether the owner of a key has approved a package, by whom, when and with which key, or why that is not so."""
    own, mine = fingerprint(key), [one for one in approvals if one.manifest_sha256 == manifest_sha256]
    made = [(one, one.signature) for one in mine if one.signature is not None]
    if not mine:
        others = f"，其中核准的是另外 {len(approvals)} 份" if approvals else ""
        return False, f"[not_approved]  approvals.yml 里没有对这份清单的核准{others}：材料在核准后变过，或没有核准"
    if not made:
        return False, f"[not_signed]  {_who(mine[-1])}核准了这份材料，但没有签名"
    for one, signature in reversed(made):
        if signature.key_sha256 != own:
            continue
        if holds(signature, key, statement(manifest_sha256, one.reviewer, one.date, one.remarks)):
            return True, f"签名有效：{_who(one)}核准，公钥 {own}"
        return False, f"[bad_signature]  {_who(one)}的签名与内容不符：岗位、日期、意见或签名在签后改过"
    return False, f"[wrong_key]  签名用的是另一把密钥 {made[-1][1].key_sha256}，给出的公钥是 {own}"


def _who(one: Approval) -> str:
    return f"{one.date.isoformat()} {one.reviewer}" + (f"（{one.remarks}）" if one.remarks else "")
