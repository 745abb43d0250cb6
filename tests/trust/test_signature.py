"""An approval signed with a unit's key: checked with the public key, and what is said where it does not hold."""

from __future__ import annotations

import re
import shutil
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from helpers.trust import commands
from helpers.trust.verified import Verdict, verify_package

ON = date(2025, 3, 1)


def written_keys(folder: Path, name: str, password: bytes | None = None, other: bool = False) -> tuple[Path, Path]:
    """The files of a private and a public key; ``other``: of another kind."""
    key = generate_private_key(SECP256R1()) if other else Ed25519PrivateKey.generate()
    locked = BestAvailableEncryption(password) if password else NoEncryption()
    private, public = folder / f"{name}.pem", folder / f"{name}.pub"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


@pytest.fixture(scope="module")
def verdict(made: Path) -> Verdict:
    return verify_package(made / "reports" / "2024")


@pytest.fixture
def root(made: Path, verdict: Verdict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The inputs of the small year; the package was looked into once for all."""
    shutil.copytree(made / "data" / "raw", tmp_path / "root" / "data" / "raw")
    (tmp_path / "root" / "data" / "raw" / "2024" / "approvals.yml").unlink(missing_ok=True)
    monkeypatch.setattr(commands, "verify_package", lambda _: verdict)
    monkeypatch.setattr(commands, "run_again", lambda *_: None)
    return tmp_path / "root"


def approve(root: Path, key: Path | None) -> str:
    return commands.approve(root / "x", root, reviewer="财务负责人岗", on=ON, remarks="同意", key=key)


def verify(root: Path, key: Path) -> tuple[str, int]:
    return commands.verify(root / "x", root, lambda _: nullcontext(), as_json=False, key=key)


def test_a_signature_holds_for_its_key_alone(root: Path, tmp_path: Path) -> None:
    private, public = written_keys(tmp_path, "unit")
    _, other = written_keys(tmp_path, "other")
    assert "已核准并签名" in approve(root, private)
    text, status = verify(root, public)
    assert status == 0
    found = re.search(r"已核对  签名有效：2025-03-01 财务负责人岗（同意）核准，公钥 ([0-9a-f]{64})", text)
    assert found
    assert f"key_sha256: {found[1]}" in (root / "data/raw/2024/approvals.yml").read_text(encoding="utf-8")
    text, status = verify(root, other)
    assert status == 1
    assert f"[wrong_key]  签名用的是另一把密钥 {found[1]}" in text
    assert "已经核准过" in approve(root, private)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("财务负责人岗", "单位负责人岗", "bad_signature"),
        ("date: 2025-03-01", "date: 2025-03-02", "bad_signature"),
        (r"value: .{4}", "value: AAAA", "bad_signature"),
        (r"manifest_sha256: .{9}", "manifest_sha256: 012345678", "not_approved"),
    ],
)
def test_what_was_changed_since_it_was_signed_is_found(
    root: Path, tmp_path: Path, old: str, new: str, code: str
) -> None:
    private, public = written_keys(tmp_path, "unit")
    approve(root, private)
    path = root / "data/raw/2024/approvals.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(old, new, text, count=1), encoding="utf-8")
    said, status = verify(root, public)
    assert status == 1
    assert f"[{code}]" in said


def test_an_approval_without_a_signature_is_said_to_have_none_and_may_get_one(root: Path, tmp_path: Path) -> None:
    private, public = written_keys(tmp_path, "unit")
    assert "[not_approved]" in verify(root, public)[0]
    approve(root, None)
    said, status = verify(root, public)
    assert (status, "[not_signed]  2025-03-01 财务负责人岗（同意）核准了这份材料，但没有签名" in said) == (1, True)
    assert "已核准并签名" in approve(root, private)
    assert verify(root, public)[1] == 0


def test_a_key_with_a_password_takes_it_from_the_environment(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private, public = written_keys(tmp_path, "unit", b"secret")
    monkeypatch.setattr("sys.stdin", None)
    for told in (None, "wrong"):
        if told:
            monkeypatch.setenv("SELFEVAL_KEY_PASSWORD", told)
        with pytest.raises(commands.Refused, match=r"\[key_password\]") as refused:
            approve(root, private)
        assert refused.value.status == 2
    monkeypatch.setenv("SELFEVAL_KEY_PASSWORD", "secret")
    approve(root, private)
    assert verify(root, public)[1] == 0


@pytest.mark.parametrize("kind", ["missing", "text", "other", "swapped", "folder"])
def test_a_file_that_is_no_key_is_said_to_be_none(root: Path, tmp_path: Path, kind: str) -> None:
    private, public = written_keys(tmp_path, "unit", other=kind == "other")
    if kind == "swapped":
        private, public = public, private
    if kind in ("missing", "text", "folder"):
        private = public = tmp_path / kind
    if kind == "text":
        private.write_text("-----BEGIN PRIVATE KEY-----\nx\n", encoding="utf-8")
    if kind == "folder":
        private.mkdir()
    code = "no_key" if kind in ("missing", "folder") else "not_a_key"
    for use in (lambda: approve(root, private), lambda: verify(root, public)):
        with pytest.raises(commands.Refused, match=rf"(?s)\[{code}\].*unit\.pem") as refused:
            use()
        assert refused.value.status == 2
    assert not (root / "data/raw/2024/approvals.yml").exists()
