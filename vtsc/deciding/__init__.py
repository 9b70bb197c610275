"""How a cell gets its verdict, and what verdicts there are."""
