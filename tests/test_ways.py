"""The ways in and out are as the settings say."""

from __future__ import annotations

import pytest

from trendwatch.config.settings import MailSettings
from trendwatch.errors import DeliveryError
from trendwatch.types.delivery import Channel
from trendwatch.ways import make_carrier


def test_mail_of_a_server_that_was_taken_out_of_the_settings_is_held_and_told() -> None:
    with pytest.raises(DeliveryError, match=r"no mail server is named any more.* mail\.smtp_host") as caught:
        make_carrier(Channel.SMTP, MailSettings())
    assert (caught.value.permanent, caught.value.operator) == (False, True)
