; An initial state that does not satisfy every lemma.
(set-logic QF_LIA)
(declare-const initial.k0 Int)
(assert (<= 5000000001 initial.k0))
(assert (<= initial.k0 4611686018427387903))
(define-fun c0 () Bool (<= initial.k0 4611686018427387901))
(assert c0)
(assert false)
(check-sat)
