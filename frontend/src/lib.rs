//! The Parvis web app: a client-side Leptos application that uses nothing but the public API.
//!
//! `figures`, `forms`, `json`, `ledger`, `sheet` and `charts` are pure and tested natively; everything else touches the browser and exists
//! on wasm32 only. Pages fetch, components render.

pub mod charts;
pub mod figures;
pub mod forms;
pub mod json;
pub mod ledger;
pub mod sheet;

#[cfg(target_arch = "wasm32")]
mod api;
#[cfg(target_arch = "wasm32")]
mod app;
#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(target_arch = "wasm32")]
mod components;
#[cfg(target_arch = "wasm32")]
mod format;
#[cfg(target_arch = "wasm32")]
mod i18n;
#[cfg(target_arch = "wasm32")]
mod lazy;
#[cfg(target_arch = "wasm32")]
mod pages;
#[cfg(target_arch = "wasm32")]
mod shell;

#[cfg(target_arch = "wasm32")]
pub use app::start;
