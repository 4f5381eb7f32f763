//! The dozen components of which the pages are made. They render; they never fetch.

mod alert;
mod badge;
mod button;
mod dialog;
mod fields;
mod form;
mod head;
mod icon;
mod loaded;
mod money_bar;
mod table;
mod time_axis;
mod toast;

pub use alert::{Alert, FailureAlert, Tone};
pub use badge::Badge;
pub use button::{Button, ButtonKind, SubmitButton};
pub use dialog::Dialog;
pub use fields::{CheckField, Choice, DateField, FileField, SelectField, TextArea, TextField};
pub use form::{Form, FormFailure, on_submit};
pub use head::{Breadcrumb, Crumb, DocumentTitle, Heading, PageHead, Stepper, TabLink, Tabs};
pub use icon::{Glyph, Icon, Sprite};
pub use loaded::{Empty, Fetched, LoadMore, Loaded, Skeleton, refused};
pub use money_bar::{ChainLegend, MoneyBar};
pub use table::TableBox;
pub use time_axis::{AxisStep, TimeAxis};
pub use toast::{ToastShelf, Toasts};
