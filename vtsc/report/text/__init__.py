"""Reports as text for a terminal or an e-mail; each file here makes one part of a report."""
