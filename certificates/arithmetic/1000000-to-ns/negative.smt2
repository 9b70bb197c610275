; Values for which this is false: a difference of -d, for d > 0 below 2^63, becomes 0x8000000000000000 - d, and not the opposite of what d becomes.
(set-logic QF_LIA)
(assert false)
(check-sat)
