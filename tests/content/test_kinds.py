"""Which kind of code each function of the shipped content is."""

from pathlib import Path

from tests.support.paths import ROOT
from vtsc.content.reading.kinds import Kind
from vtsc.content.syntax import check

KINDS = """\
model/__init__.py
  declaration: build domain including
model/arithmetic.py
  frame: low32 time_scale scale nsec_to_cycles later lesser common_unit
model/combinations.py
  declaration: _on _is_on _whole_rate check_combinations
model/designs/__init__.py
  declaration: registry
model/designs/base.py
  rule: Design.vm_create Design.vcpu_create Design.vcpu_load Design.vcpu_put \
Design.guest_time_update Design.compute_guest_tsc Design.set_time_page \
Design.update_tsc_trapping Design.trapping_decided Design.vcpu_enter Design.vcpu_exit \
Design.vcpu_reset Design.write_tsc Design.page_floor Design.cpufreq Design.hardware_disable \
Design.hardware_enable Design.read_tsc Design.serve_requests
  declaration: missing Design.__init_subclass__ Design.__init__
model/designs/before_c8076604.py
  rule: BeforeC8076604.cpufreq
model/designs/c0dd6a6ed.py
  rule: C0dd6a6ed.vcpu_load C0dd6a6ed.hardware_enable C0dd6a6ed.adjust
model/designs/c58877679_svm.py
  rule: C58877679Svm.vcpu_reset
model/designs/c99e3e30a.py
  rule: C99e3e30a.vcpu_create
model/designs/central.py
  rule: Central.several Central.mode Central.vcpu_put Central.guest_time_update \
Central.update_tsc_trapping
model/designs/e48672fa.py
  rule: E48672fa.vcpu_create E48672fa.write_tsc E48672fa.writes_match E48672fa.vcpu_load \
E48672fa.vcpu_put E48672fa.set_time_page E48672fa.hardware_disable
model/designs/f38e098f.py
  rule: F38e098f.vcpu_load F38e098f.vcpu_put
model/designs/patch25.py
  rule: Patch25.vcpu_load Patch25.vcpu_put Patch25.guest_time_update Patch25.catchup_guard \
Patch25.compute_guest_tsc Patch25.set_time_page Patch25.hardware_enable Patch25.page_floor
model/designs/pre25.py
  rule: Pre25.write_tsc Pre25.writes_match Pre25.vcpu_load Pre25.hardware_enable \
Pre25.page_floor
model/designs/repaired.py
  rule: Repaired.vcpu_put Repaired.vcpu_exit Repaired.guest_time_update \
Repaired.trapping_decided
model/designs/v2_6_35_svm.py
  rule: V2635Svm.vcpu_create V2635Svm.vcpu_load V2635Svm.load_common V2635Svm.vcpu_put \
V2635Svm.set_time_page V2635Svm.vcpu_reset V2635Svm.write_tsc
model/designs/v2_6_35_vmx.py
  rule: V2635Vmx.vm_create V2635Vmx.vcpu_create V2635Vmx.vcpu_load V2635Vmx.vmx_vcpu_load \
V2635Vmx.vcpu_put V2635Vmx.vcpu_clear V2635Vmx.hardware_disable V2635Vmx.vcpu_reset
model/designs/v2_6_36_svm.py
  rule: V2636Svm.vcpu_create V2636Svm.vcpu_reset
model/designs/v2_6_37.py
  rule: V2637.vcpu_load V2637.vcpu_put V2637.catchup_guard
model/events.py
  declaration: clock events _host _switches _exits _offset _entries _traps _moved _cpu _comm \
_side _of_vcpu
model/extras.py
  frame: Extras.boot Extras.out_of_guest Extras.can_arm Extras.can_fire Extras.can_write \
Extras.can_read_clock Extras.always Extras.arm Extras.fire Extras.init Extras.write \
Extras.clock Extras.takes_time Extras.forget Extras.cpufreq Extras._interrupt
  declaration: Extras.__init__ Extras.table
model/guest/clock.py
  frame: read_clock
  declaration: ClockRead.told
model/guest/rdtsc.py
  frame: traps rdtsc start_read cycles_since ideal_tsc
  declaration: Read.told peek
model/guest/timer.py
  frame: guest_tsc arm at_put known_lag can_fire deliver
  declaration: with_timer Delivery.told
model/host/contracts.py
  frame: Contract.rates Slow.rates Fast.rates
model/host/host.py
  frame: Host.__init__ Host.tsc Host.tick_age Host.clock_step Host.kernel_ns Host.speeded_up \
Host.mark_tsc_unstable Host.sampling_gap Host.timer_due Host.boot Host.advance Host.sleep \
Host.jump Host._limit_skew Host._pass Host._at_its_rate Host._clock_replaced Host._see_resume \
Host._all_see_it Host._cycles_in Host._see_ticks Host._allowed Host._reading Host._resolution \
Host._kernel_clock
model/host/timebase.py
  frame: Timebase.ns Timebase.cycle Timebase.units Timebase.cycles timebase
model/lemmas/adjusted.py
  declaration: _loaded_is_adjusted _adjustment_is_small _adjusted_once _catchup_is_unstable
model/lemmas/arithmetic.py
  frame: Factors.unit
  declaration: Factors.left Factors.right Factors.limit Factors.shortfall Factors.rounding \
Factors.day Factors.day_error Factors.dense Factors.farthest factors _shifted register \
monotone fraction error day negative _less _power _ratio _sum claims all_claims
model/lemmas/bounds.py
  declaration: ideal clock_step _ahead _behind _fastest _at_creation
model/lemmas/bumps.py
  declaration: _in_time _emulated_in_time bump_lemmas
model/lemmas/candidates.py
  declaration: candidates standings
model/lemmas/machine.py
  declaration: _in_guest_is_loaded _loaded_is_bound _bound _in_guest_is_served _equal_tscs \
_equal_while_stable _never_unstable _rebase_is_unstable _asked_to_catch_up _put_is_noted saved \
_put_is_past_here _put_is_past_while_stable _put_is_past bool_equal _loaded_apart
model/lemmas/overlap.py
  declaration: _rest _ahead _counted _began _within_bumps _within_others
model/lemmas/page.py
  declaration: _factors _guest_tsc _stamp_is_past _exit_is_past _published _stamp_is_set \
_page_not_negative _no_page_no_stamp _page_is_asked_for _asked_after_stamp page_time \
_served_on _page_in_time _factor_is_known _page_is_past lemmas read_lemmas _taken \
_time_on_page
model/lemmas/repaired.py
  declaration: _stable_exact _lag_is_timed
model/lemmas/slices.py
  declaration: lead_of_clock lag_of_clock ahead loss behind_by _in_slice _served _slice_loss \
_catchup_lead _away_lead _stable_not_asked _stable_behind _stable_ahead _put_loss \
_sleep_and_slice_loss _since_is_past _exit_loss _exit_is_past _entered_in_time slice_lemmas
model/lemmas/standings.py
  declaration: guest_tsc loaded_on stays_on away is_away lemma lemmas
model/lemmas/timers.py
  declaration: target_ahead rounded_by _waiting _lost _target_not_behind _target_not_ahead \
_stable_target_not_behind _stable_target_not_ahead _stably_waiting _fired_is_due \
_in_guest_is_delivered _target_after_creation _paced timer_lemmas
model/lemmas/trapping.py
  declaration: is_asked_to_trap emulated emulation_limit _trapping_is_unstable _unstable_asks \
_asked_has_no_page _update_is_unstable _switch_is_pending _guest_has_switched \
_others_have_switched _never_traps _emulated_at_most_ideal _emulated_far_above \
_emulated_not_negative away_while_stable standings lemmas untrapped
model/lemmas/writes.py
  declaration: _written_is_last _written_is_alike _last_write_is_past _last_write_not_negative \
read_lemmas
model/limits.py
  frame: Limit.allowed Limit.binds Limit.began Limit.kept Timeslice.binds Timeslice.began \
Dormancy.binds Dormancy.began ExitInterval.binds ExitInterval.began EntryDelay.binds \
EntryDelay.began WakeUp.allowed WakeUp.binds WakeUp.began waits_for_timer limits
  declaration: Limit.lemma all_kept kept_lemmas
model/machine.py
  frame: Machine.state Machine.initialise Machine._boot Machine.advance Machine.perform \
Machine.can_load Machine.out_of_guest Machine.pending Machine.can_serve Machine.can_enter \
Machine.in_guest Machine.can_mark Machine.all_off Machine.can_jump Machine.can_create \
Machine.load Machine._vcpu_load Machine.put Machine.serve Machine.enter Machine.exit \
Machine.rdtsc Machine.mark Machine.suspend Machine.jump Machine.kvmclock Machine.create \
Machine._restart_slice Machine._restart_delay Machine._meet_deadlines Machine.ideal
  declaration: Machine.__init__ Machine.table Machine.lemmas Machine.standings Machine.progress
model/machine_state.py
  frame: MachineState.__init__
  declaration: pcpu_fields vm_fields vcpu_fields
model/page.py
  frame: update_page cycles_to_ns pvclock_read
  declaration: page_fields
model/parameters.py
  declaration: resolve check knows_lag
model/progress/deadlines.py
  declaration: duration long_enough may_stay may_run overslept to_fire to_deliver waits \
others_wait nothing_due
model/progress/elapsing.py
  declaration: elapsing
model/progress/precedence.py
  declaration: taken idle shut_out behind_idle behind_guest _behind _on_other crowded \
nth_other is_next _because _Place.__init__ _Place.situations _Place._woken _Place._room \
_Place._situation _Place._by_itself _Place._stays_loaded _Place._to_enter _Place._enter \
_Place._serve _Place._fire _Place._put _Place._exit _Place._load _Place._room_by due
model/progress/situations.py
  declaration: reading _nothing_else _out_of_guest ready asked beside_free expired overdue \
expiring _on_itself _load _situations _with_deadlines _with_wake_up exists room progress \
_lemmas
model/progress/switching.py
  declaration: _Place.__init__ _Place.situations _Place._situation _serve _load _put _loaded \
_free _behind _once_unstable _while_stable with_switching
model/protocols.py
  declaration: _other_than _traps _bumps _ends_deferred _unlimited check_protocol check_needs
model/switch.py
  frame: Switch.decide Switch._decide_each Switch._update Switch._kick Switch.blocks \
Switch.leave_guest Switch._note_exit
  declaration: Switch.__init__
model/today/clock.py
  declaration: update_master refresh_master update_page _caught_up _publish _publish_reference \
serve _update_everywhere update_all clock_now get_clock flags_accepted set_clock stop_clock \
register page_time guest_clock
model/today/rates.py
  declaration: factors page_rate raw_rate drift
model/today/rules.py
  declaration: Rules.but rules_named _split
model/today/state.py
  declaration: Vcpu.__init__ Vm.__init__ existing
model/today/timers.py
  declaration: set_lapic write_deadline _start _nanoseconds due expire deliver reference_time \
start_stimer
model/today/vm.py
  declaration: create_vm create_vcpu load enter leave
model/today/writes.py
  declaration: scaled_tsc guest_tsc offset_for to_cycles write_by_user synchronize _near store \
_track offsets_match set_offset write_by_guest adjust_by_guest _move adjust_by_user set_rate \
set_default_rate initial_rate ratio_of _in_tolerance
model/trapping.py
  frame: needs_trapping update_trapping has_page is_switching some_switch must_leave \
passthrough_resumes catches_up caught_up_to follow_mode stop_trapping native_value \
last_emulated raise_last_emul emulate_rdtsc
model/vm.py
  frame: Vcpu.__init__ Vcpu.request Vm.__init__
properties/bounded_lag.py
  rule: BoundedLag.of_read BoundedLag.permitted
  declaration: BoundedLag.terms BoundedLag.blame
properties/bounded_lead.py
  rule: BoundedLead.of_read BoundedLead.permitted
  declaration: BoundedLead.terms BoundedLead.blame
properties/clock_reads.py
  rule: ClockProperty.ghosts ClockProperty.measured ClockProperty.of_clock \
ClockProperty.permitted is_clock
  declaration: ClockProperty.lemmas ClockProperty.largest ClockProperty.blame behind
properties/kvmclock_monotonic.py
  rule: KvmclockMonotonic.of_clock KvmclockMonotonic.remember
  declaration: KvmclockMonotonic.terms
properties/kvmclock_monotonic_smp.py
  rule: KvmclockMonotonicSmp.of_clock KvmclockMonotonicSmp.remember
  declaration: KvmclockMonotonicSmp.terms
properties/monotonic.py
  rule: Monotonic.ghosts Monotonic.of_read Monotonic.permitted Monotonic.remember
  declaration: Monotonic.lemmas Monotonic.terms Monotonic.blame
properties/monotonic_smp.py
  rule: MonotonicSmp.ghosts MonotonicSmp.of_read MonotonicSmp.permitted MonotonicSmp.remember
  declaration: MonotonicSmp.lemmas MonotonicSmp.terms MonotonicSmp.blame
properties/nonzero_delta.py
  rule: NonzeroDelta.ghosts NonzeroDelta.observe NonzeroDelta.stalls NonzeroDelta.of_read \
NonzeroDelta.remember
  declaration: since_lemmas NonzeroDelta.lemmas NonzeroDelta.terms NonzeroDelta.blame
properties/reads.py
  rule: ReadProperty.measured ReadProperty.of_read is_read counts last_reads note_read
  declaration: ReadProperty.largest read_lemmas lag lead
properties/sometimes.py
  rule: CanReadTscTwice.ghosts CanReadTscTwice.observe CanLoadOnAnotherPcpu.ghosts \
CanLoadOnAnotherPcpu.observe CanCatchUp.observe CanTrap.observe CanDeliverTimer.observe \
CanReadClockAfterUpdate.ghosts CanReadClockAfterUpdate.observe
  declaration: CanLoadOnAnotherPcpu.applies CanDeliverTimer.applies \
CanReadClockAfterUpdate.applies
properties/timer_lateness.py
  rule: lateness is_delivery TimerLateness.measured TimerLateness.observe
  declaration: TimerLateness.terms TimerLateness.blame
properties/trapped_reads.py
  declaration: trapped_lemmas
"""
"""By file, the functions of each kind; what is no function of a step is a declaration."""


def table(root: Path) -> str:
    """By file, the functions of a step, and how many declarations there are beside them."""
    found = check(root)
    lines = []
    for file in dict.fromkeys(f.module.file.shown for f in found):
        lines.append(file)
        here = {f: k for f, k in found.items() if f.module.file.shown == file}
        for kind in Kind:
            names = [f.name for f, k in here.items() if k is kind]
            if names:
                lines.append(f"  {kind.value}: {' '.join(names)}")
    return "".join(f"{line}\n" for line in lines)


def test_the_kind_of_every_function_of_the_shipped_content():
    """Designs and monitors are rules, machine, host, guest and trapping the frame, the rest is declared."""
    assert table(ROOT) == KINDS


def test_designs_and_monitors_are_all_the_rules_there_are():
    """No rule stands elsewhere, and nothing of a design but its making is a declaration."""
    found = check(ROOT)
    for function, kind in found.items():
        file = function.module.file.shown
        assert (kind is Kind.RULE) <= file.startswith(("model/designs/", "properties/")), file
        if file.startswith("model/designs/") and kind is not Kind.RULE:
            assert kind is Kind.DECLARATION
            assert function.name.rpartition(".")[2] in (
                "registry",
                "missing",
                "_arguments",
                "__init_subclass__",
                "__init__",
            )
