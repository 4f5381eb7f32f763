//! Structured logs: one JSON object per line on standard error.

use tracing_subscriber::EnvFilter;

/// Sends logs and panics to standard error. A second call changes nothing.
pub fn init(filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let started = tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
    if started.is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            // The message may hold values; the place is enough to find the fault.
            let at = panic.location().map(ToString::to_string).unwrap_or_default();
            tracing::error!(at, "panic");
        }));
    }
}
