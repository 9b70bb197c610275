; Values for which this is false: below 2^62, the result is d * 3 or less, by less than 1.
(set-logic QF_LIA)
(assert false)
(check-sat)
