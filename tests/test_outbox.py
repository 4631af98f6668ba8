from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from tests.test_message import MAIL
from trendwatch.deliver.message import build_message
from trendwatch.deliver.outbox import Outbox
from trendwatch.errors import DeliveryError


def test_sending_twice_leaves_one_file(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "not" / "there" / "yet")
    first, second = outbox.send(MAIL), outbox.send(MAIL)
    assert first == second
    folder = tmp_path / "not" / "there" / "yet"
    assert [path.name for path in folder.iterdir()] == ["abc123@trendwatch.example.eml"]
    assert Path(first).read_bytes() == bytes(build_message(MAIL))
    assert message_from_bytes(Path(first).read_bytes(), policy=default)["To"] == MAIL.to


@pytest.mark.parametrize(
    "message_id", ["<../../etc/x@y>", "<a/b@c>", "<.hidden@x>", "<" + "x" * 500 + "@y>", "<a\\b@c>"]
)
def test_d6_names_never_leave_the_folder(tmp_path: Path, message_id: str) -> None:
    path = Path(Outbox(tmp_path).send(replace(MAIL, message_id=message_id)))
    assert path.parent == tmp_path
    assert len(path.name) == 24  # 20 hex digits and .eml


def test_different_mails_are_different_files(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.send(MAIL)
    outbox.send(replace(MAIL, message_id="<abc123@other.example>"))
    assert len(list(tmp_path.glob("*.eml"))) == 2


def test_a_folder_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DeliveryError) as caught:
        Outbox(tmp_path / "file").send(MAIL)
    assert (caught.value.permanent, caught.value.operator) == (False, True)
    assert str(tmp_path / "file") in str(caught.value)


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DeliveryError, match="No space left on device"):
        Outbox(tmp_path).send(MAIL)
    assert list(tmp_path.iterdir()) == []
