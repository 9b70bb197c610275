"""Evidence for verdicts: how traces, certificates and other proofs are made, made again and checked."""
