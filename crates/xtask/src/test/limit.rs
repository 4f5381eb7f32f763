//! A time limit for a stage: when it runs out, everything that the stage has started is ended.

use std::{
    collections::BTreeSet,
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// Between asking programs to end and ending them.
const PATIENCE: Duration = Duration::from_secs(5);

/// Watches over the time of a stage until it is dropped.
pub struct Limit {
    ran_out: Arc<AtomicBool>,
    done: Option<Sender<()>>,
    watch: Option<JoinHandle<()>>,
}

impl Limit {
    /// Starts to watch over everything that this program starts.
    pub fn start(time: Duration) -> Self {
        Self::below(std::process::id(), time)
    }

    /// Starts to watch over everything that a process starts.
    fn below(root: u32, time: Duration) -> Self {
        let (done, told) = mpsc::channel();
        let ran_out = Arc::new(AtomicBool::new(false));
        let tell = Arc::clone(&ran_out);
        let watch = thread::spawn(move || {
            if told.recv_timeout(time) == Err(RecvTimeoutError::Timeout) {
                tell.store(true, Ordering::SeqCst);
                // Whoever loses its parent meanwhile is still among those that were found first.
                let mut found = descendants(&parents(), root);
                send(&found, Signal::SIGTERM);
                if told.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                    found.extend(descendants(&parents(), root));
                    send(&found, Signal::SIGKILL);
                }
            }
        });
        Self {
            ran_out,
            done: Some(done),
            watch: Some(watch),
        }
    }

    /// Whether the time ran out.
    pub fn ran_out(&self) -> bool {
        self.ran_out.load(Ordering::SeqCst)
    }
}

impl Drop for Limit {
    fn drop(&mut self) {
        drop(self.done.take());
        self.watch.take().map(JoinHandle::join);
    }
}

fn send(processes: &BTreeSet<u32>, signal: Signal) {
    for process in processes.iter().filter_map(|id| i32::try_from(*id).ok()) {
        // One that is gone already is what we want.
        let _ = kill(Pid::from_raw(process), signal);
    }
}

/// Every process of the machine and the one that started it, as far as the system tells.
fn parents() -> Vec<(u32, u32)> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|entry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            Some((id, parent(&stat)?))
        })
        .collect()
}

/// The parent in the text of `/proc/ID/stat`: the second word after the name, which may hold blanks and brackets.
fn parent(stat: &str) -> Option<u32> {
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

fn descendants(parents: &[(u32, u32)], of: u32) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    let mut looked_at = vec![of];
    while let Some(one) = looked_at.pop() {
        let children = parents.iter().filter(|(_, parent)| *parent == one).map(|(id, _)| *id);
        looked_at.extend(children.filter(|id| found.insert(*id)));
    }
    found
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn the_name_of_a_process_does_not_confuse() {
        assert_eq!(parent("77 (a) (b 9) S 12 77 77 0"), Some(12));
        assert_eq!(parent("77"), None);
    }

    #[test]
    fn children_of_children_are_found() {
        let parents = [(2, 1), (3, 2), (4, 3), (5, 9), (9, 1)];
        assert_eq!(descendants(&parents, 2), BTreeSet::from([3, 4]));
    }

    #[test]
    fn what_was_started_ends_with_its_time() {
        let mut shell = Command::new("sh").args(["-c", "sleep 600; exit 7"]).spawn().unwrap();
        let limit = Limit::below(shell.id(), Duration::from_millis(100));
        assert_eq!(
            shell.wait().unwrap().code(),
            Some(7),
            "the shell waited for what it started"
        );
        assert!(limit.ran_out());
    }

    #[test]
    fn what_is_done_in_time_is_left_alone() {
        let mut shell = Command::new("sh").args(["-c", "sleep 0; exit 7"]).spawn().unwrap();
        let limit = Limit::below(shell.id(), Duration::from_secs(600));
        assert_eq!(shell.wait().unwrap().code(), Some(7));
        assert!(!limit.ran_out());
    }
}
