"""The operator's commands: `python -m casework.cli GROUP COMMAND`. Each file holds the group of its own name."""
