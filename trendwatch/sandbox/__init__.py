"""Hostile bytes are parsed in child processes with limits on time and memory.

Theory of operation. No list of refusals is complete: quadratic expressions and lists remain in feedparser (an
author of 100 kB takes half a minute). So a document is parsed by a child that the kernel stops:

- processor time: RLIMIT_CPU, set before each document to what one may use and lifted after it; the kernel
  ends the child even inside a regular expression, where Python would not look at a signal;
- wall-clock time: pebble's timeout, for a child that sleeps or a machine that is overloaded;
- memory: RLIMIT_AS; Python raises MemoryError and the child, now bloated, ends; native code aborts.

Documents that wait are handed over many at a time: one small document takes a fifth of a millisecond to parse
and twice that to hand over and back. In company each has one second; whatever ends the child, or takes
longer, sends all of the batch back to be parsed one by one, with the time a document has alone. So a
hostile document costs nothing but itself, and the two times together stay below the limit that is set.

Children come from a fork server: it has no threads, holds the parser already, and starts one in milliseconds.
A thread in each child waits for the parent's end, also by kill -9, and then ends the child. A child is
replaced after 500 tasks, so leaks do not grow. When a child dies pebble loses only its task; where it
gives the pool up (an idle child was killed), a new pool takes the documents once more.

An exception of the parser is a bug of ours and comes out of the future; a limit is data (PARSE_LIMIT).
"""

from __future__ import annotations

from trendwatch.sandbox.pool import Sandbox

__all__ = ["Sandbox"]
