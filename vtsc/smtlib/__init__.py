"""Terms as SMT-LIB text, written and read without any solver."""
