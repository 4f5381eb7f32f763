//! The pages: each fetches what it shows and hands it to components.

mod account;
mod money;
mod my_work;
mod not_found;
mod paged;
mod parts;
pub mod programme;
mod programme_list;
mod sign_in;
mod who_funds;
mod wizard;

pub use account::AccountPage;
pub use my_work::MyWorkPage;
pub use not_found::NotFound;
pub use programme_list::ProgrammeList;
pub use sign_in::{AcceptInvitationPage, NeedsSignIn, SignIn};
pub use wizard::WizardPage;
