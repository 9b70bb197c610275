"""The host: its pCPUs, its clock, and the contracts that say what hardware may do."""
