"""Simulated people look at their home pages over HTTP, so that a rehearsal ends with the real web application having served them."""

from __future__ import annotations

import http.cookiejar
import re
import urllib.parse
import urllib.request
from collections.abc import Sequence

from rehearsal.installation import Installation
from rehearsal.partnership import World

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
MARAC = ("coordinator", "chair", "housing", "idva", "referrer_police", "observer", "operator")
YOUTH = ("youth_worker", "youth_manager", "safeguarding_lead", "school_worker", "information_lead", "group_chair")


def look_at_homes(installation: Installation, world: World, visitors: Sequence[str]) -> int:
    """Sign in as one person of each role and open their home. Returns how many. Raises urllib's errors when a page fails."""
    base = installation.settings.base_url
    for key in visitors:
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        page = browser.open(f"{base}/sign-in", timeout=20).read().decode()
        token = _TOKEN.search(page)
        if token is None:
            raise RuntimeError("the sign-in page has no form")
        form = urllib.parse.urlencode({"csrf_token": token.group(1)}).encode()
        press = urllib.request.Request(  # noqa: S310  # our own address
            f"{base}/demo/sign-in/{world.accounts[key]}", data=form, headers={"Origin": base}
        )
        browser.open(press, timeout=20).read()
        home = browser.open(f"{base}/", timeout=20)
        if home.status != 200:
            raise RuntimeError(f"the home of the {key} answered {home.status}")
    return len(visitors)
