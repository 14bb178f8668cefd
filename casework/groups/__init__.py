"""The youth group's meetings: updates, trends, place issues and joint work. No entry leads to a person, and no seat opens a file."""
