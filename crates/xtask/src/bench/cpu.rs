//! The processor time that a request costs: unlike requests per second it hardly depends on what else the machine does.

use std::{fs, ops::Sub, time::Duration};

/// The kernel counts in hundredths of a second, whatever its own clock.
const TICK: Duration = Duration::from_millis(10);

/// The programs of a measurement.
#[derive(Clone, Copy, Debug)]
pub struct Programs {
    /// The server.
    pub server: u32,
    /// PostgreSQL's first process, where there is one.
    pub database: Option<u32>,
}

/// Processor time by program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// By the server.
    pub server: Duration,
    /// By this program.
    pub client: Duration,
    /// By all processes of the database.
    pub database: Duration,
}

impl Programs {
    /// What they spent since they were started. Nothing where the system does not tell.
    pub fn spent(self) -> Spent {
        let all: Vec<Process> = processes();
        let of = |id| {
            all.iter()
                .filter(|process| process.id == id)
                .map(|process| process.own)
                .sum()
        };
        let family = |id| {
            let ended: Duration = all
                .iter()
                .filter(|process| process.id == id)
                .map(|process| process.ended)
                .sum();
            let alive: Duration = all
                .iter()
                .filter(|process| process.parent == id)
                .map(|process| process.own)
                .sum();
            of(id) + ended + alive
        };
        Spent {
            server: of(self.server),
            client: of(std::process::id()),
            database: self.database.map_or(Duration::ZERO, family),
        }
    }
}

impl Sub for Spent {
    type Output = Self;
    fn sub(self, before: Self) -> Self {
        Self {
            server: self.server.saturating_sub(before.server),
            client: self.client.saturating_sub(before.client),
            database: self.database.saturating_sub(before.database),
        }
    }
}

impl Spent {
    /// The share of one of so many requests.
    pub fn each(self, requests: usize) -> Self {
        let share = |time: Duration| time.div_f64(requests.max(1) as f64);
        Self {
            server: share(self.server),
            client: share(self.client),
            database: share(self.database),
        }
    }
}

/// A process: all its threads, and its children that have ended.
struct Process {
    id: u32,
    parent: u32,
    own: Duration,
    ended: Duration,
}

fn processes() -> Vec<Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let stats = entries.filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok());
    stats.filter_map(|stat| process(&stat)).collect()
}

/// Reads `/proc/ID/stat`; the name in parentheses may hold anything.
fn process(stat: &str) -> Option<Process> {
    let id = stat.split(' ').next()?.parse().ok()?;
    let (_, rest) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split(' ').collect();
    let ticks = |at: usize| Some(TICK * fields.get(at)?.parse().ok()?);
    Some(Process {
        id,
        parent: fields.get(1)?.parse().ok()?,
        own: ticks(11)? + ticks(12)?,
        ended: ticks(13)? + ticks(14)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_kernel_counts() {
        let read = process("41 (a) b (c) S 7 41 41 0 -1 4194560 1 2 3 4 150 50 30 20 20 0 9 0 5").unwrap();
        assert_eq!((read.id, read.parent), (41, 7));
        assert_eq!(
            (read.own, read.ended),
            (Duration::from_secs(2), Duration::from_millis(500))
        );
    }

    #[test]
    fn a_request_has_its_share() {
        let second = Duration::from_secs(1);
        let spent = Spent {
            server: second * 2,
            client: second,
            database: Duration::ZERO,
        };
        let each = (spent
            - Spent {
                client: second,
                ..Spent::default()
            })
        .each(1000);
        assert_eq!(each.server, Duration::from_millis(2));
        assert_eq!(each.client, Duration::ZERO);
    }
}
