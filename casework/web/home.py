"""The home page: the way to each area that a person's roles open."""

from __future__ import annotations

from flask import Blueprint, render_template

from casework.web import guard, navigation
from casework.web.unit import someone

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@guard.for_members
def home() -> str:
    """Show the areas that are open to this person."""
    who = someone()
    areas = [link for link in navigation.links_for(who.actor) if not link.current]
    return render_template("home/home.html", person=who.name, areas=areas)
