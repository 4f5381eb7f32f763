//! The pages: each fetches what it shows and hands it to components.

mod money;
mod my_work;
mod not_found;
mod paged;
mod parts;
pub mod programme;
mod programme_list;
mod sign_in;
mod wizard;

pub use my_work::MyWorkPage;
pub use not_found::NotFound;
pub use programme_list::ProgrammeList;
pub use sign_in::{AcceptInvitationPage, SignIn};
pub use wizard::WizardPage;
