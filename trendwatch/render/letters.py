"""Letters of ours that are no digest: a question, a note, something to know; text, and HTML made of it."""

from __future__ import annotations

from datetime import datetime
from html import escape
from textwrap import wrap

from trendwatch.render.inline import LinkView, link, text
from trendwatch.render.view import seen_words
from trendwatch.types.advice import Digest
from trendwatch.types.delivery import Letter, Mail

_WIDTH = 76
_STYLE = "font:16px/1.5 sans-serif;max-width:36em;margin:0 auto;padding:1em"


def letter_mail(
    letter: Letter,
    *,
    sender: str,
    to: str,
    message_id: str,
    date: datetime,
    banner: str = "",
    reader_links: tuple[LinkView, ...] = (),
) -> Mail:
    """Return a letter as a message; the same arguments give the same bytes."""
    lines = [text(one) for one in ((banner, *letter.paragraphs) if banner else letter.paragraphs)]
    body = "".join(f"<p>{_html(line)}</p>" for line in lines)
    ways = " · ".join(f'<a href="{escape(one.url)}">{escape(one.text)}</a>' for one in reader_links)
    body += f"<p>{ways}</p>" if ways else ""
    page = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{}</title></head>'
    subject = text(letter.subject)
    return Mail(
        message_id=message_id,
        sender=sender,
        to=to,
        subject=subject,
        text="\n\n".join([*map(_wrapped, lines), *(f"{one.text}: {one.url}" for one in reader_links)]) + "\n",
        html=f'{page.format(escape(subject))}<body style="{_STYLE}">{body}</body></html>\n',
        date=date,
    )


def confirmation(business_name: str, *, rhythm: str, agree_url: str) -> Letter:
    """Return the question whether somebody wants a business's digest: what comes, how often, on which day.

    Args:
        business_name: whose digest
        rhythm: how often and when, or that it is paused
        agree_url: where the button is
    """
    return Letter(
        subject=f"Do you want the digest of {business_name}?",
        paragraphs=(
            f"Somebody asked us to send you trendwatch, a digest of technology news for {business_name}. "
            f"It comes {rhythm}, takes about four minutes to read, and every mail has a link to leave.",
            "To get it, open this page and press the button:",
            agree_url,
            "If you did not ask for this, do nothing: you will get no further mail. "
            "The link works for seven days.",
        ),
    )


def quiet_note(digest: Digest, *, url: str) -> Letter:
    """Return the two lines of a week in which nothing met the profile."""
    seen = seen_words(digest.coverage)
    lines = (
        f"A quiet week: nothing in {seen} met the profile of {digest.business_name} well enough.",
        f"The next digest comes as usual. Issue {digest.period}.",
    )
    return Letter(
        subject=f"{digest.business_name}: a quiet week", paragraphs=(*lines, *((url,) if link(url) else ()))
    )


def told(subject: str, *paragraphs: str) -> Letter:
    """Return something an owner or operator must know."""
    return Letter(subject=subject, paragraphs=paragraphs)


def _html(line: str) -> str:
    address = link(line) if line.startswith(("http://", "https://")) else ""
    return f'<a href="{escape(address)}">{escape(line)}</a>' if address else escape(line)


def _wrapped(line: str) -> str:
    return "\n".join(wrap(line, _WIDTH, break_long_words=False, break_on_hyphens=False))
