//! What is counted, in the text format of Prometheus. It is served on an address of its own that is off unless set.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Upper bounds of the classes of duration, in microseconds.
const BOUNDS: [u64; 9] = [1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 500_000, 2_500_000];

/// Counters of this process.
#[derive(Debug, Default)]
pub struct Metrics {
    by_class: [AtomicU64; 5],
    durations: [AtomicU64; BOUNDS.len()],
    microseconds: AtomicU64,
    panics: AtomicU64,
}

impl Metrics {
    /// Counts an answer.
    pub fn answered(&self, status: u16, took: Duration) {
        let class = usize::from(status / 100).saturating_sub(1);
        if let Some(counter) = self.by_class.get(class) {
            counter.fetch_add(1, Relaxed);
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.microseconds.fetch_add(micros, Relaxed);
        let bounds = BOUNDS.iter().zip(&self.durations);
        bounds.filter(|(bound, _)| micros <= **bound).for_each(|(_, counter)| {
            counter.fetch_add(1, Relaxed);
        });
    }

    /// Counts a panic.
    pub fn panicked(&self) {
        self.panics.fetch_add(1, Relaxed);
    }

    /// The counters as text. `statements` were sent to the database, `waiting` requests wait for it or use it.
    #[must_use]
    pub fn render(&self, statements: u64, waiting: usize) -> String {
        let mut text = String::from("# TYPE parvis_requests_total counter\n");
        let mut total = 0;
        for (class, counter) in (1..).zip(&self.by_class) {
            let count = counter.load(Relaxed);
            total += count;
            let _ = writeln!(text, "parvis_requests_total{{status=\"{class}xx\"}} {count}");
        }
        text.push_str("# TYPE parvis_request_duration_microseconds histogram\n");
        for (bound, counter) in BOUNDS.iter().zip(&self.durations) {
            let _ = writeln!(
                text,
                "parvis_request_duration_microseconds_bucket{{le=\"{bound}\"}} {}",
                counter.load(Relaxed)
            );
        }
        let _ = writeln!(
            text,
            "parvis_request_duration_microseconds_bucket{{le=\"+Inf\"}} {total}"
        );
        let _ = writeln!(
            text,
            "parvis_request_duration_microseconds_sum {}",
            self.microseconds.load(Relaxed)
        );
        let _ = writeln!(text, "parvis_request_duration_microseconds_count {total}");
        let _ = writeln!(
            text,
            "# TYPE parvis_panics_total counter\nparvis_panics_total {}",
            self.panics.load(Relaxed)
        );
        let _ = writeln!(
            text,
            "# TYPE parvis_database_statements_total counter\nparvis_database_statements_total {statements}"
        );
        let _ = writeln!(
            text,
            "# TYPE parvis_database_queue gauge\nparvis_database_queue {waiting}"
        );
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_counted_in_its_class() {
        let metrics = Metrics::default();
        metrics.answered(404, Duration::from_millis(3));
        let text = metrics.render(7, 1);
        assert!(text.contains("parvis_requests_total{status=\"4xx\"} 1"));
        assert!(text.contains("_bucket{le=\"2500\"} 0") && text.contains("_bucket{le=\"5000\"} 1"));
        assert!(text.contains("parvis_database_statements_total 7"));
    }
}
