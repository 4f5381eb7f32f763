//! The load generator: some connections, each sending its next request when the last one is answered.

use std::{
    sync::atomic::{AtomicU8, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow, ensure};

use super::cpu::Spent;

/// Before the measurement: caches fill, connections open.
const WARM_UP: Duration = Duration::from_secs(1);
const WARMING: u8 = 0;
const MEASURING: u8 = 1;
const DONE: u8 = 2;

/// How a series of requests went.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    /// Requests answered per second, over all connections.
    pub per_second: f64,
    /// Half of the requests took no longer.
    pub p50: Duration,
    /// All but one in a hundred took no longer.
    pub p99: Duration,
    /// Processor time of one request.
    pub cpu: Spent,
}

impl Figures {
    /// From the time that each request took, and the time and the processor time that all took together.
    pub fn new(mut times: Vec<Duration>, together: Duration, spent: Spent) -> Result<Self> {
        ensure!(!times.is_empty(), "no request was answered");
        times.sort_unstable();
        let per_second = times.len() as f64 / together.as_secs_f64();
        Ok(Self {
            per_second,
            p50: percentile(&times, 50),
            p99: percentile(&times, 99),
            cpu: spent.each(times.len()),
        })
    }
}

/// The nearest-rank percentile of sorted times.
fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

/// Runs `request` on as many threads as there are connections. It gets the connection's number, and keeps what belongs
/// to the connection in the value that `open` makes. `spent` tells what processor time was spent so far.
///
/// # Errors
/// The first request that fails ends the measurement.
pub fn measure<C>(
    connections: usize,
    time: Duration,
    spent: impl Fn() -> Spent,
    open: impl Fn(usize) -> Result<C> + Sync,
    request: impl Fn(&mut C) -> Result<()> + Sync,
) -> Result<Figures> {
    let phase = AtomicU8::new(WARMING);
    let (results, together, used) = thread::scope(|scope| {
        let worker = |number| {
            let (phase, open, request) = (&phase, &open, &request);
            scope.spawn(move || work(phase, open(number)?, request))
        };
        let workers: Vec<_> = (0..connections).map(worker).collect();
        thread::sleep(WARM_UP);
        phase.store(MEASURING, Ordering::Relaxed);
        let (begun, before) = (Instant::now(), spent());
        thread::sleep(time);
        phase.store(DONE, Ordering::Relaxed);
        let (together, used) = (begun.elapsed(), spent() - before);
        let results: Vec<_> = workers.into_iter().map(|worker| worker.join()).collect();
        (results, together, used)
    });
    let mut times = Vec::new();
    for result in results {
        times.extend(result.map_err(|_| anyhow!("a connection of the load generator broke down"))??);
    }
    Figures::new(times, together, used)
}

fn work<C>(phase: &AtomicU8, mut connection: C, request: impl Fn(&mut C) -> Result<()>) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    loop {
        let before = phase.load(Ordering::Relaxed);
        if before == DONE {
            return Ok(times);
        }
        let begun = Instant::now();
        request(&mut connection)?;
        if before == MEASURING && phase.load(Ordering::Relaxed) == MEASURING {
            times.push(begun.elapsed());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let times: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(percentile(&times, 50), Duration::from_millis(100));
        assert_eq!(percentile(&times, 99), Duration::from_millis(198));
        assert_eq!(percentile(&times[..1], 99), Duration::from_millis(1));
    }

    #[test]
    fn figures_need_an_answer() {
        assert!(Figures::new(vec![], Duration::from_secs(1), Spent::default()).is_err());
        let times = vec![Duration::from_millis(3), Duration::from_millis(1)];
        let figures = Figures::new(times, Duration::from_millis(500), Spent::default()).unwrap();
        assert!((figures.per_second - 4.0).abs() < 1e-9);
        assert_eq!(figures.p50, Duration::from_millis(1));
    }

    #[test]
    fn measures_all_connections_and_stops_at_an_error() {
        let time = Duration::from_millis(50);
        let pause = |_: &mut usize| {
            thread::sleep(Duration::from_millis(5));
            Ok(())
        };
        let figures = measure(4, time, Spent::default, Ok, pause).unwrap();
        assert!(figures.p50 >= Duration::from_millis(5));
        assert!(measure(2, time, Spent::default, Ok, |_| Err(anyhow!("refused"))).is_err());
    }
}
