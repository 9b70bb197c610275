; Values for which this is false: below 2^63, the result is d * 1 or less, by less than 1.
(set-logic QF_LIA)
(assert false)
(check-sat)
