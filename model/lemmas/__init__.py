"""What may be true of every reachable state: candidates for proofs."""
