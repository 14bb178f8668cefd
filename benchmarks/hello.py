"""The least that a Flask app can do: what a page of ours is measured beside."""

from __future__ import annotations

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """Greet."""
    return "Hello, world!"
