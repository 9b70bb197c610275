; Values for which this is false: a difference of -d, for d > 0 below 2^62, becomes 0xc000000000000000 - d*3, and not the opposite of what d becomes.
(set-logic QF_LIA)
(assert false)
(check-sat)
