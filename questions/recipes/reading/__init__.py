"""The text of a recipe: what a file says, as plain data, and the file and the line of every mistake."""
