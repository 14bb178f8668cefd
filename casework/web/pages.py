"""The page shell: the Jinja environment, what every page shows around its content, and the one call that gives an app all of it.

`init` is called once by the app factory. A journey's route fills the frame through `frame_for` (in one place, at sign-in)
and renders its own template, which extends base.html. How to add a page: docs/how-to/add-a-page.md.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from types import CodeType
from typing import Any, Protocol

import jinja2
from flask import Flask, g, request
from flask_wtf.csrf import generate_csrf
from jinja2.bccache import Bucket
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from markupsafe import Markup

from casework.web import charts, error_pages, family, headers, static_files, statuses, wording
from casework.web.addresses import address
from casework.web.forms import form

# The GOV.UK macros that pages use. Each becomes a global of the same name: no import is needed in a template.
GOVUK_MACROS = (
    "back-link",
    "button",
    "character-count",
    "checkboxes",
    "date-input",
    "details",
    "error-message",
    "error-summary",
    "fieldset",
    "file-upload",
    "hint",
    "input",
    "inset-text",
    "notification-banner",
    "pagination",
    "panel",
    "password-input",
    "phase-banner",
    "radios",
    "select",
    "service-navigation",
    "skip-link",
    "summary-list",
    "table",
    "tabs",
    "tag",
    "task-list",
    "textarea",
    "warning-text",
)


# Those that templates themselves call with words of ours: the same ones on every page. A form's fields are made anew each time.
SAID_AGAIN = frozenset(
    {"govukBackLink", "govukButton", "govukPagination", "govukSelect", "govukServiceNavigation", "govukSkipLink"}
)
REMEMBERED = 512
Macro = Callable[[dict[str, Any]], Markup]


class ShellSettings(Protocol):
    """What the shell needs to know of the settings."""

    @property
    def demonstration(self) -> bool:
        """Whether this installation holds invented people only."""

    @property
    def base_url(self) -> str:
        """Where the service is reached; https adds strict transport security."""


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """One entry of the service navigation. `current` marks the page that is open, or the part that it belongs to."""

    text: str
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around the content of a page: who is signed in, where, and what they may go to. Empty before sign-in.

    `find` is the address of the search, for whoever may look for cases, and `find_reasons` are its reasons with their words.
    """

    partnership: str = ""
    person: str = ""
    home: str = "/"
    sign_out: str = ""
    find: str = ""
    find_reasons: tuple[tuple[str, str], ...] = ()
    navigation: tuple[NavigationLink, ...] = ()
    footer: tuple[NavigationLink, ...] = ()


def frame_for(frame: Frame) -> None:
    """Set what stands around the content for the rest of this request. Called where the signed-in person is known."""
    g.frame = frame


@functools.cache
def _govuk_macros() -> Mapping[str, Macro]:
    """Load the GOV.UK macros in an environment of their own.

    They are written for chained undefined values; our own templates are strict. Both escape everything but `html` parameters.
    """
    package = jinja2.Environment(
        loader=jinja2.PrefixLoader({"govuk_frontend_jinja": jinja2.PackageLoader("govuk_frontend_jinja")}),
        autoescape=True,
        undefined=jinja2.ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # a package's templates stay as they are while a process runs
    )
    package.template_class = _Template
    macros = {}
    for component in GOVUK_MACROS:
        name = "govuk" + component.title().replace("-", "")
        module = package.get_template(f"govuk_frontend_jinja/components/{component}/macro.html").module
        macros[name] = getattr(module, name)
    return macros


def _said_again(macro: Macro) -> Macro:
    """Return a macro that remembers what it made of the same words. For parts whose words are ours alone, never a person's."""
    made: dict[Hashable, Markup] = {}

    def remembered(params: dict[str, Any]) -> Markup:
        key = _frozen(params)
        try:
            found = made.get(key)
        except TypeError:  # something among them cannot be compared
            return macro(params)
        if found is None:
            if len(made) >= REMEMBERED:
                made.clear()
            found = made[key] = macro(params)
        return found

    return remembered


def _frozen(value: Any) -> Hashable:
    """Return a key for what a macro is given: each value with its type, because markup equals the same text not yet escaped."""
    if isinstance(value, dict):
        return tuple([(name, _frozen(one)) for name, one in value.items()])
    if type(value) in (list, tuple):
        return tuple(map(_frozen, value))
    return type(value), value


class _Template(jinja2.Template):
    """A template that shares all its globals with the others, so that what it imports is made once and not for each page."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module()


class _Compiled(jinja2.BytecodeCache):
    """The compiled templates of this process: a second app (each test makes one) does not compile the same text again."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the template of this name and this text, if it has been compiled."""
        bucket.code = self._made.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what has just been compiled."""
        if bucket.code is not None:
            self._made[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


def _environment(app: Flask) -> None:
    env = app.jinja_env
    env.undefined = jinja2.StrictUndefined
    env.trim_blocks = True
    env.lstrip_blocks = True
    env.filters.update(wording.FILTERS)
    env.template_class = _Template
    env.bytecode_cache = _COMPILED
    macros = _govuk_macros()
    env.globals.update({name: _said_again(macro) if name in SAID_AGAIN else macro for name, macro in macros.items()})
    env.globals.update(
        static=static_files.address,
        field=form.renderer(macros),
        bar_chart=charts.bar_chart,
        line_chart=charts.line_chart,
        sparkline=charts.sparkline,
        share_bar=charts.share_bar,
        family_picture=family.family_picture,
    )
    env.globals["status"] = statuses.status
    env.globals["made_status_tag"], env.globals["made_tag"] = statuses.status_tag, statuses.tag
    env.globals["url_for"] = address
    env.globals.setdefault("csrf_token", generate_csrf)


def init(app: Flask, *, settings: ShellSettings) -> None:
    """Give `app` the page shell: templates, filters, GOV.UK macros, static files, security headers and error pages."""
    app.register_blueprint(static_files.blueprint)
    _environment(app)
    headers.init(app, https=settings.base_url.startswith("https://"))
    error_pages.init(app)

    @app.context_processor
    def shell() -> dict[str, Any]:
        return {
            "frame": g.get("frame") or Frame(),
            "demonstration": settings.demonstration,
            "here": request.path,
        }

    if settings.demonstration:
        from casework.web import components_page

        app.register_blueprint(components_page.blueprint)
