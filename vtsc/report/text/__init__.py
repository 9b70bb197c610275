"""Reports as text for a terminal or a mail, one part of a report a file."""
