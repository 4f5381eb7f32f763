//! Ctrl-C and SIGTERM: passed on to the programs that xtask started, so that none outlives it.

use std::{
    collections::BTreeSet,
    process::{Child, exit},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use anyhow::{Context, Result, bail};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static CHILDREN: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// Starts the thread that waits for signals. The first signal goes to every child and lets the verb end by itself;
/// the second ends xtask at once.
///
/// # Errors
/// When the handlers cannot be installed.
pub fn listen() -> Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM]).context("cannot listen to signals")?;
    thread::spawn(move || {
        for signal in signals.forever() {
            if INTERRUPTED.swap(true, Ordering::SeqCst) {
                exit(128 + signal);
            }
            forward(signal);
        }
    });
    Ok(())
}

fn forward(signal: i32) {
    let signal = Signal::try_from(signal).unwrap_or(Signal::SIGTERM);
    for pid in CHILDREN.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        // A child that is already gone is what we want.
        let _ = kill(Pid::from_raw(*pid), signal);
    }
}

/// Whether a signal has come: loops stop, nothing new is started.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// # Errors
/// When a signal has come.
pub fn check() -> Result<()> {
    if interrupted() {
        bail!("interrupted");
    }
    Ok(())
}

/// While it lives, the child gets the signals that xtask gets.
pub struct Registered(i32);

impl Registered {
    /// Registers a child that has just been started.
    pub fn new(child: &Child) -> Self {
        let pid = pid_of(child);
        CHILDREN.lock().unwrap_or_else(PoisonError::into_inner).insert(pid);
        Self(pid)
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        CHILDREN.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

/// Sends one signal to a child; a child that is gone is no error.
pub fn send(child: &Child, signal: Signal) {
    let _ = kill(Pid::from_raw(pid_of(child)), signal);
}

fn pid_of(child: &Child) -> i32 {
    i32::try_from(child.id()).unwrap_or(i32::MAX)
}
