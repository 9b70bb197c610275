"""The host: its pCPUs, its clock, and the contracts that say what the hardware may do."""
