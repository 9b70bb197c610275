"""The calls by which each vCPU gets to read its TSC, whatever state it is in."""
