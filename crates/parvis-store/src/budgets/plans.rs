//! The financing plan of a budget: one reading of it, its versions, and the changes of many cells at once.
//!
//! The row of the budget is the lock of its plan: whatever changes lines, grants or cells raises `plan_version` first, then
//! locks grants in the order of their ids. A change of a cell carries the number of the first version that contains it, so
//! that a version is the sum of all changes up to its number and never changes again.

mod copy;
mod edit;
mod read;
mod submit;
mod versions;
mod withdraw;

pub use copy::{YearCopy, copy_plan_year};
pub(crate) use edit::amend_plan;
pub use edit::{PlanEdit, update_plan};
pub use read::{PlanState, get_plan, plan_version, simulate_plan};
pub use submit::{Submission, submit_plan};
pub use versions::{FrozenRate, PlanVersion, PlanVersionSort, list_plan_versions, lock_plan};
pub use withdraw::{Withdrawal, withdraw_grant};

pub(crate) use versions::LineCost;
pub(super) use versions::{NewVersion, begin, finish, number_for, touch};
