"""`course data`: what data sets there are, where they come from, and how they get here."""

from __future__ import annotations

import click


@click.group()
def data() -> None:
    """List, fetch, verify or clear the data sets."""
