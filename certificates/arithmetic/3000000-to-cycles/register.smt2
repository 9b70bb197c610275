; Values for which this is false: whatever d is, the result is ((d << 2) mod 2^64) * 3221225472 / 2^32, rounded down, in full.
(set-logic QF_LIA)
(assert false)
(check-sat)
