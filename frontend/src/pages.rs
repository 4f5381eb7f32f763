//! The pages: each fetches what it shows and hands it to components.

mod not_found;
mod paged;
mod parts;
mod programme_list;
mod sign_in;

pub use not_found::NotFound;
pub use programme_list::ProgrammeList;
pub use sign_in::{AcceptInvitationPage, SignIn};
