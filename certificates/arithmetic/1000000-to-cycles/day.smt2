; Values for which this is false: for the counts of a day and less, the result is short of the exact value by less than 1.
(set-logic QF_LIA)
(assert false)
(check-sat)
