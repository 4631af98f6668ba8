"""Why a poll brought nothing, in a sentence or three for the operator. Quiet is not broken: it has none."""

from __future__ import annotations

from trendwatch.text import sentences
from trendwatch.types.news import Failure

#: What happened, what trendwatch does about it, what the operator can do.
FAILURE_WORDS: dict[Failure, str] = {
    Failure.BLOCKED_ADDRESS: (
        "The address leads to a private or reserved network, or is not a web address. It was not "
        "visited. Correct it, or allow-list its network and port if the server is yours."
    ),
    Failure.BAD_REDIRECT: (
        "The server sends us on to something we do not follow. What we have stays, and we try again. "
        "Open the address in a browser and enter the feed's new one."
    ),
    Failure.TOO_MANY_REDIRECTS: (
        "The server sends us on again and again, or in a circle. What we have stays, and we try again. "
        "Open the address in a browser and enter the feed's new one."
    ),
    Failure.FETCH_TIMEOUT: (
        "The server did not finish its answer in time. We try again, less and less often. Nothing to "
        "do unless it lasts for days."
    ),
    Failure.CONNECTION_FAILED: (
        "The server could not be reached, or broke off. We try again, less and less often. Nothing to "
        "do unless it lasts for days."
    ),
    Failure.TLS_FAILED: (
        "The server could not prove who it is: its certificate is wrong or expired. We do not read it "
        "until that is repaired. Tell the publisher if it lasts."
    ),
    Failure.TLS_EXPIRED: (
        "The server's certificate has expired. We do not read it until that is repaired. Tell the "
        "publisher if it lasts."
    ),
    Failure.TLS_WRONG_HOST: (
        "The server's certificate is made out to another name, so we cannot be sure who answers. We do "
        "not read it. Check the address; tell the publisher if it is right."
    ),
    Failure.NAME_NOT_FOUND: (
        "The name of the server is not known. We try again, less and less often. Check the spelling; "
        "if it lasts, the publisher has moved."
    ),
    Failure.NAME_SERVER_FAILED: (
        "The name servers did not say where the server is. We try again, less and less often. Nothing "
        "to do unless every feed says so: then look at this machine's name servers."
    ),
    Failure.BODY_TOO_LARGE: (
        "The feed is larger than we read (10 MiB). What we have stays, and we try again. Look for a "
        "shorter feed of the same publisher."
    ),
    Failure.BAD_ENCODING: (
        "The feed was packed in a way we cannot undo, or cut on its way. What we have stays, and we "
        "try again. Tell the publisher if it lasts."
    ),
    Failure.RATE_LIMITED: (
        "The server asks to be left alone for a while. We wait as long as it says. Nothing to do; the "
        "feed is not broken."
    ),
    Failure.GONE: (
        "The publisher has removed this feed for good. Its news stays; we look once a month whether it "
        "is back. Enter a new address, or disable the feed."
    ),
    Failure.LOGIN_NEEDED: (
        "The server asks for a name and a password. We try again, less and less often. Put them into "
        "the address (https://name:password@...) if you have them."
    ),
    Failure.REFUSED: (
        "The server does not let us read this feed. We try again, less and less often. The publisher "
        "may not want to be read by programs; ask, or disable the feed."
    ),
    Failure.NOT_THERE: (
        "There is nothing at this address. We try again, less and less often. Look for the feed's new "
        "address on the publisher's pages."
    ),
    Failure.SERVER_ERROR: (
        "The server reports an error of its own. We try again, less and less often. Nothing to do "
        "unless it lasts for days."
    ),
    Failure.NOT_READY: (
        "The server says that the feed is not ready yet (202). We try again, less and less often. "
        "Nothing to do unless it lasts for days."
    ),
    Failure.NO_CONTENT: (
        "The server says that it has nothing to send (204). What we have stays, and we try again. Tell "
        "the publisher if it lasts."
    ),
    Failure.PARTIAL_CONTENT: (
        "The server sent a part of the feed, though we asked for all of it (206). What we have stays, "
        "and we try again. Tell the publisher if it lasts."
    ),
    Failure.SENSELESS_304: (
        "The server says that nothing has changed, though we had not said what we have. What we have "
        "stays, and we try again. Tell the publisher if it lasts."
    ),
    Failure.UNEXPECTED_STATUS: (
        "The server gave an answer that makes no sense for a feed. We try again, less and less often. "
        "Open the address in a browser to see what it is."
    ),
    Failure.EMPTY_BODY: (
        "The server answered without any content. What we have stays, and we try again. Tell the "
        "publisher if it lasts."
    ),
    Failure.NOT_A_FEED: (
        "What came is not a feed, probably a web page. What we have stays, and we try again. Look for "
        "the feed's address on that page."
    ),
    Failure.DAMAGED: (
        "The document breaks off before its first whole item. What we have stays, and we try again. Tell "
        "the publisher if it lasts."
    ),
    Failure.CHALLENGE_PAGE: (
        "The server wants to see a human first. What we have stays, and we try again. Ask the "
        "publisher to let feed readers through."
    ),
    Failure.FORBIDDEN_XML: (
        "The document declares XML entities, which can be used for attacks. It was not read. Ask the "
        "publisher for a plain feed."
    ),
    Failure.PARSE_LIMIT: (
        "Reading the document took too much time or memory, so it was given up. What we have stays, "
        "and we try again. Look for a shorter feed of the same publisher."
    ),
    Failure.PARSER_CRASHED: (
        "Reading the document made our parser fail: a bug of trendwatch, not of yours. What we have "
        "stays, and we try again. Report it, with the feed's address."
    ),
}

#: What is advised where it lasts, instead of what is advised on the first day.
_LASTING = {
    "Nothing to do unless it lasts for days.": (
        "It has lasted for days: open the address in a browser, and enter a new one or disable the feed."
    ),
    "Tell the publisher if it lasts.": "It lasts: tell the publisher, or disable the feed.",
}


def lasting_words(failure: Failure) -> tuple[str, str]:
    """Return what is wrong with a feed that has failed for days, and what to do: a sentence each."""
    first, *_, last = sentences(FAILURE_WORDS[failure], most=len(FAILURE_WORDS[failure]))
    return first, _LASTING.get(last, last)
