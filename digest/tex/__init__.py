"""TeX as text: prose, commands and mathematics to runs on the line, above it and below it."""
