//! Pages of lists: how many, and from where.

use crate::error::{Code, Fault};

/// How many items a page holds where nothing is said.
pub const LIMIT_DEFAULT: u32 = 50;
/// The most items one page may hold.
pub const LIMIT_MAX: u32 = 200;
/// Totals are counted up to here; beyond it a total is a minimum.
pub const TOTAL_MAX: i64 = 10_000;

/// The direction of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// Checks the number of items that is asked for.
///
/// # Errors
/// `parameter_invalid`.
pub fn limit(value: Option<i64>) -> Result<u32, Fault> {
    match value {
        None => Ok(LIMIT_DEFAULT),
        Some(n) if (1..=i64::from(LIMIT_MAX)).contains(&n) => Ok(u32::try_from(n).unwrap_or(LIMIT_MAX)),
        Some(_) => {
            let detail = format!("limit is a whole number from 1 to {LIMIT_MAX}.");
            Err(Fault::new(Code::ParameterInvalid, "limit", detail))
        }
    }
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, in order.
    pub items: Vec<T>,
    /// The sort key and id of the last item, where more follow.
    pub last: Option<(String, uuid::Uuid)>,
    /// How many there are in all, counted only on demand and up to [`TOTAL_MAX`].
    pub total: Option<i64>,
}

/// What is asked of a list: how many, after which key, in which order, whether to count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest<S> {
    /// How many items, 1 to [`LIMIT_MAX`].
    pub limit: u32,
    /// The sort key and id after which the page starts.
    pub after: Option<(String, uuid::Uuid)>,
    /// The column to order by; ids break ties.
    pub sort: S,
    /// Which way.
    pub direction: Direction,
    /// Whether the total is wanted.
    pub count: bool,
}
