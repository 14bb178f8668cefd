"""Reads the arguments of `./dev run`, `rehearse` and `bench`: what is wrong with them is said in one line, with exit code 2."""

from __future__ import annotations

import argparse
from typing import NoReturn


class Arguments(argparse.ArgumentParser):
    """argparse's own, without the page of usage that it prints before each mistake."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where help is, and end."""
        self.exit(2, f"{self.prog}: {' '.join(message.split())}: see {self.prog} --help\n")
