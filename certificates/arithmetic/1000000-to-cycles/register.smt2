; Values for which this is false: whatever d is, the result is ((d << 1) mod 2^64) * 2147483648 / 2^32, rounded down, in full.
(set-logic QF_LIA)
(assert false)
(check-sat)
