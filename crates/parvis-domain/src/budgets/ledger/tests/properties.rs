//! Random sequences of movements.

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
struct Step {
    share: usize,
    kind: usize,
    amount: i64,
    on: u32,
    reverse: bool,
    waits: bool,
}

fn step() -> impl Strategy<Value = Step> {
    (
        0_usize..2,
        0_usize..6,
        1_i64..60,
        1_u32..28,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(share, kind, amount, on, reverse, waits)| Step {
            share,
            kind,
            amount,
            on,
            reverse: reverse && kind % 2 == 0,
            waits,
        })
}

const KINDS: [MovementKind; 6] = [
    MovementKind::Commitment,
    MovementKind::Decommitment,
    MovementKind::Disbursement,
    MovementKind::Repayment,
    MovementKind::Expenditure,
    MovementKind::Justification,
];

proptest! {
    /// Whatever is posted in whatever order and on whatever day, however what waits is decided: the rules hold on every day.
    #[test]
    fn no_sequence_breaks_a_rule_on_any_day(
        steps in prop::collection::vec(step(), 1..60),
        strict in any::<bool>(),
        mode in prop::sample::select(PaymentMode::ALL.to_vec()),
        percent in prop::sample::select(vec![0_i64, 25, 33]),
        approve in any::<u64>(),
    ) {
        let policy = Policy { spent_within_disbursed: strict, ..cash() };
        let releases = [(day(5), 30), (day(15), 50)];
        let shift = Ratio::new(percent, 100).unwrap();
        let rules = Rules { terms: terms(policy, mode), shift, releases: &releases };
        let plans = [60_i64, 40];
        let (mut counted, mut waiting) = (Vec::<(usize, NaiveDate, Sums)>::new(), Vec::<(usize, NaiveDate, Sums)>::new());
        for step in steps {
            let sums = effect(KINDS[step.kind], mode, step.amount);
            let change = Change { sums: if step.reverse { sums.negated() } else { sums }, waits: step.waits };
            let on = day(step.on);
            let of = |all: &[(usize, NaiveDate, Sums)], share: Option<usize>| {
                let mut some: Vec<_> = all
                    .iter()
                    .filter(|(at, ..)| share.is_none_or(|share| share == *at))
                    .map(|(_, on, sums)| (*on, *sums))
                    .collect();
                some.sort_by_key(|(on, _)| *on);
                some
            };
            let split = |share: Option<usize>, planned: i64| {
                let all = of(&counted, share);
                let before = all.iter().filter(|(d, _)| *d <= on).fold(plan(planned), |sum, (_, s)| sum.plus(*s));
                (before, all.into_iter().filter(|(d, _)| *d > on).collect::<Vec<_>>(), of(&waiting, share))
            };
            let (share, grant) = (split(Some(step.share), plans[step.share]), split(None, 100));
            let ((sb, sl, sp), (gb, gl, gp)) = (share, grant);
            let share = Course { before: sb, later: &sl, pending: &sp };
            let grant = Course { before: gb, later: &gl, pending: &gp };
            if post(rules, on, share, grant, change).is_ok() {
                if change.waits { &mut waiting } else { &mut counted }.push((step.share, on, change.sums));
            }
            // Whatever of what waits is approved, in whatever mix: it holds.
            for mask in [0, approve, !0] {
                let chosen = waiting.iter().enumerate().filter(|(i, _)| mask >> (i % 64) & 1 == 1).map(|(_, w)| *w);
                let all: Vec<_> = counted.iter().copied().chain(chosen).collect();
                for n in 1..=28 {
                    let sum = |share: Option<usize>, planned| {
                        of(&all, share).iter().filter(|(d, _)| *d <= day(n)).fold(plan(planned), |sum, (_, s)| sum.plus(*s))
                    };
                    for (at, widened, released) in [
                        (sum(Some(0), 60), shift.floor_of(60), i64::MAX),
                        (sum(Some(1), 40), shift.floor_of(40), i64::MAX),
                        (sum(None, 100), 0, if n < 5 { 0 } else if n < 15 { 30 } else { 80 }),
                    ] {
                        prop_assert!(at.committed >= 0 && at.committed <= at.planned + widened);
                        prop_assert!(at.disbursed >= 0 && at.disbursed <= at.committed + widened);
                        prop_assert!(at.spent >= 0 && (!strict || at.spent <= at.disbursed + widened));
                        prop_assert!(at.justified >= 0 && at.justified <= at.spent);
                        prop_assert!(at.justified <= at.committed + widened);
                        prop_assert!(mode != PaymentMode::Reimbursement || at.disbursed <= at.justified + widened);
                        prop_assert!(mode != PaymentMode::Instalments || at.disbursed <= released);
                    }
                }
            }
        }
    }

    /// So much as a refusal names as available passes, and not one unit more.
    #[test]
    fn what_is_named_as_available_passes(
        steps in prop::collection::vec((1_i64..60, 1_u32..28), 1..20),
        asked in 1_i64..200,
        on in 1_u32..28,
    ) {
        let rules = rules(terms(cash(), PaymentMode::Advance));
        let commit = |amount| effect(MovementKind::Commitment, PaymentMode::Advance, amount);
        let mut posted: Vec<(NaiveDate, Sums)> = Vec::new();
        let try_post = |posted: &[(NaiveDate, Sums)], on: NaiveDate, amount: i64| {
            let before = posted.iter().filter(|(d, _)| *d <= on).fold(plan(100), |sum, (_, s)| sum.plus(*s));
            let later: Vec<_> = posted.iter().filter(|(d, _)| *d > on).copied().collect();
            post_alone(rules, on, Course { before, later: &later, pending: &[] }, commit(amount))
        };
        for (amount, on) in steps {
            if try_post(&posted, day(on), amount).is_ok() {
                posted.push((day(on), commit(amount)));
            }
        }
        if let Err(error) = try_post(&posted, day(on), asked) {
            let available = &error.faults.0[0].params["available"];
            let cents: i64 = available.trim_end_matches(" EUR").replace('.', "").parse().unwrap();
            prop_assert!(cents < asked);
            prop_assert!(cents == 0 || try_post(&posted, day(on), cents).is_ok());
            prop_assert!(try_post(&posted, day(on), cents + 1).is_err());
        }
    }
}
